// Every code that the command can give is described, in docs/messages.md and in the manual page, and is no other's.

#include "cli/frame/messages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "advice/lint.hpp"
#include "cli/frame/report.hpp"

namespace wsalive::cli {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string page(const std::string& name) {
  const char* const source = std::getenv("WSALIVE_SOURCE");
  return text_of(std::string{source ? source : "."} + "/docs/" + name);
}

std::string without_escapes(std::string text) {
  std::erase(text, '\\');
  return text;
}

std::vector<std::string> codes_of_failures() {
  std::vector<std::string> codes;
  for (const MessageRow& row : kMessages) codes.emplace_back(row.code);
  for (const ExitRow& row : kExitCodes) codes.emplace_back(row.name);
  return codes;
}

template <typename Rules>
std::vector<std::string> names_of(const Rules& rules) {
  std::vector<std::string> names;
  for (const auto& rule : rules) names.emplace_back(rule.name);
  return names;
}

std::vector<std::string> codes_of_findings() {
  std::vector<std::string> codes = names_of(advice::lint_rules());
  for (std::string& name : names_of(advice::socket_rules())) codes.push_back(std::move(name));
  return codes;
}

TEST(Messages, EveryCodeIsDescribed) {
  const std::string document = page("messages.md");
  const std::string manual = without_escapes(page("man/wsalive.1"));
  for (const auto& codes : {codes_of_failures(), codes_of_findings()}) {
    ASSERT_GT(codes.size(), 5U);
    for (const std::string& code : codes) {
      EXPECT_NE(document.find("| `" + code + "` |"), std::string::npos) << code;
      EXPECT_NE(manual.find(code), std::string::npos) << code;
    }
  }
}

TEST(Messages, TheDocumentHasTheReasonsAndTheVersionOfTheSchema) {
  const std::string document = page("messages.md");
  for (const MessageRow& row : kMessages) {
    EXPECT_NE(document.find(row.reason), std::string::npos) << row.code;
    EXPECT_NE(document.find(row.remedy), std::string::npos) << row.code;
  }
  EXPECT_NE(document.find("**" + std::to_string(kSchema) + "**"), std::string::npos);
}

TEST(Messages, WhatStandsInBracesIsReplacedOrStays) {
  EXPECT_EQ(filled("it is not said {what}", "to what"), "it is not said to what");
  EXPECT_EQ(filled("it is not said {what}", ""), "it is not said what");
  EXPECT_EQ(filled("no such process", "ignored"), "no such process");
  const Failure failure =
      failure_of(Message::policy_exists, "cannot attach to", "a.service", {.remedy = "a.service"});
  EXPECT_EQ(failure.remedy,
            "--replace puts this one in its place, `wsalive detach a.service` ends it; `wsalive ls "
            "--policies` shows it");
  EXPECT_EQ(failure.stable_code(), "policy-exists");
}

TEST(Messages, TheCommandMakesNoFailureBesideTheTable) {
  const char* const source = std::getenv("WSALIVE_SOURCE");
  const std::filesystem::path top = std::string{source ? source : "."} + "/src/cli";
  std::size_t files = 0;
  for (const auto& each : std::filesystem::recursive_directory_iterator{top}) {
    if (!each.is_regular_file() || each.path().filename() == "messages.hpp") continue;
    ++files;
    EXPECT_EQ(text_of(each.path()).find(".attempt = "), std::string::npos) << each.path();
  }
  EXPECT_GT(files, 100U);
}

TEST(Messages, NoCodeIsUsedTwice) {
  // Rules of settings and rules of sockets may speak of the same: `path-forgets`.
  for (const auto& codes :
       {codes_of_failures(), names_of(advice::lint_rules()), names_of(advice::socket_rules())}) {
    EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), codes.size());
  }
}

}  // namespace
}  // namespace wsalive::cli

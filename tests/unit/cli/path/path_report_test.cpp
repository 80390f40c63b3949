// What `wsalive path` reports of a path that forgets after a minute: the very lines that docs/command.md shows.

#include "cli/path/path_report.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "cli/path/path_words.hpp"

namespace wsalive::cli::path_command {
namespace {

using path::PathSight;
using policy::Millis;

/// The lines below a command in docs/command.md, up to the end of its block.
std::string sample_of(const std::string& command) {
  const char* const source = std::getenv("WSALIVE_SOURCE");
  std::ifstream file{std::string{source ? source : "."} + "/docs/command.md"};
  std::stringstream read;
  read << file.rdbuf();
  const std::string text = read.str();
  const std::size_t at = text.find("$ " + command + '\n');
  if (at == std::string::npos) return {};
  const std::size_t first = text.find('\n', at) + 1;
  return text.substr(first, text.find("```", first) - first);
}

/// As a real search saw it: a firewall of the kernel's that forgets after 60 s.
Found a_minute() {
  Found found{.target = "db.example:5432",
              .address = "10.0.0.5:5432",
              .outward = {},
              .inward = std::nullopt,
              .took = Millis{205'000},
              .connections = 39};
  for (const int idle : {1'019, 5'500, 15'500, 31'000, 45'900, 53'400, 57'000, 58'600, 59'786}) {
    found.outward.observations.push_back({Millis{idle}, PathSight::kept});
  }
  for (int i = 0; i < 2; ++i) {
    found.outward.observations.push_back({Millis{61'000}, PathSight::silent});
  }
  path::PathResult& result = found.outward.way.result;
  result.finding = path::PathFinding::forgets;
  result.kept = Millis{59'786};
  result.lost = Millis{61'000};
  found.trial = path::PathTrial{.timing = *advice_of(found),
                                .finding = path::TrialFinding::kept,
                                .held = Millis{76'300},
                                .answered = Millis{76'300}};
  found.farewells = {.told = 25, .untold = 14};
  return found;
}

TEST(PathReport, ReadmeShowsWhatItSays) {
  const std::string shown = sample_of("wsalive path db.example:5432");
  ASSERT_FALSE(shown.empty());
  EXPECT_EQ(PathReport{a_minute()}.text({.coloured = drawing::ColouredText{false}, .width = 80}),
            shown);
}

TEST(PathReport, WhatStaysOpenAtTheFarEndIsSaid) {
  EXPECT_EQ(farewell_words({.told = 7}, false), "");
  EXPECT_EQ(
      farewell_words({.untold = 1}, true),
      "1 connection may stay open at the far end, which has not acknowledged its end: `wsalive "
      "serve` closes connections without orders for a minute.");
  EXPECT_EQ(farewell_words({.told = 1, .reset = 2}, false),
            "2 ended with a reset: where the path sent that, the far end may hold them still.");
  const std::string both = farewell_words({.untold = 3, .reset = 1}, false);
  EXPECT_NE(both.find("3 connections may stay open"), std::string::npos) << both;
  EXPECT_NE(both.find(". 1 ended with a reset"), std::string::npos) << both;
}

TEST(PathReport, SettingsThatDoNotKeepAConnectionAreNotAdvised) {
  Found found = a_minute();
  found.trial->finding = path::TrialFinding::not_counted;
  EXPECT_FALSE(advice_of(found));
  EXPECT_FALSE(is_clear(found));
  const std::string text =
      PathReport{found}.text({.coloured = drawing::ColouredText{false}, .width = 80});
  EXPECT_NE(text.find("use heartbeats of the application"), std::string::npos) << text;
  EXPECT_EQ(text.find("wsalive run"), std::string::npos) << text;
  found.trial->finding = path::TrialFinding::unsettled;
  EXPECT_TRUE(advice_of(found));
}

}  // namespace
}  // namespace wsalive::cli::path_command

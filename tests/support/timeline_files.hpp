// The shared timelines of tests/conformance/timelines: each is played by the simulator and on a real wire, from the
// same file. docs/timeline.md has the notation.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "advice/timeline_text.hpp"

namespace wsalive::test {

struct TimelineFile {
  std::string name;     ///< Without `.timeline`.
  std::string release;  ///< `# release: winxp`
  std::string set;      ///< `# set: SO_KEEPALIVE` or `# set: SIO_KEEPALIVE_VALS`
  std::string text;

  friend void PrintTo(const TimelineFile& file, std::ostream* out) { *out << file.name; }
};

/// What stands behind `# word: ` in a file.
inline std::string said(const std::string& text, const std::string& word) {
  const std::string head = "# " + word + ": ";
  const std::size_t at = text.find(head);
  if (at == std::string::npos) return {};
  return text.substr(at + head.size(), text.find('\n', at) - at - head.size());
}

/// All of them, by name.
inline std::vector<TimelineFile> timeline_files() {
  const char* const source = std::getenv("WSALIVE_SOURCE");
  const std::filesystem::path folder =
      std::filesystem::path{source ? source : "."} / "tests/conformance/timelines";
  std::vector<TimelineFile> found;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    std::ostringstream text;
    text << std::ifstream{entry.path()}.rdbuf();
    found.push_back(
        {entry.path().stem(), said(text.str(), "release"), said(text.str(), "set"), text.str()});
  }
  std::ranges::sort(found, {}, &TimelineFile::name);
  return found;
}

/// A name that GoogleTest takes.
inline std::string test_name(const testing::TestParamInfo<TimelineFile>& info) {
  std::string name = info.param.name;
  std::ranges::replace_if(
      name, [](char each) { return each == '-' || each == '.'; }, '_');
  return name;
}

}  // namespace wsalive::test

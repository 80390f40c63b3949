// Damaged .reg files: whatever the bytes are, reading them ends in a file or in an error with a line
// of that file, and a file that could be read gives its bytes back. The damage is random but always
// the same.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>

#include "registry/reg_file.hpp"
#include "registry/registry.hpp"
#include "support/temp_folder.hpp"

namespace wsalive::registry {
namespace {

constexpr std::string_view kText =
    "Windows Registry Editor Version 5.00\r\n"
    "\r\n"
    "; parameters\r\n"
    "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters]\r\n"
    "\"KeepAliveTime\"=dword:0000ea60\r\n"
    "\"Path\"=hex(2):25,00,53,00,79,00,73,00,\\\r\n"
    "  74,00,65,00,6d,00,00,00\r\n"
    "@=\"a \\\\ \\\" \xC3\xA9\"\r\n"
    "\"Gone\"=-\r\n"
    "[-HKCU\\Software\\Old]\r\n";

std::string damaged(std::string text, std::mt19937& random) {
  static constexpr std::string_view kTelling{"\"\\[]=-,:;\r\n\0 hd@\xFF\xFE\xEF\xBB\xBF\xC3", 21};
  const auto below = [&random](std::size_t limit) {
    return random() % std::max<std::size_t>(limit, 1);
  };
  for (std::size_t times = 1 + below(4); times > 0; --times) {
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text.resize(at);
        break;
      case 1:
        text.insert(at, 1, kTelling[below(kTelling.size())]);
        break;
      case 2:
        text.erase(at, 1 + below(20));
        break;
      case 3:
        if (!text.empty()) text[at] = static_cast<char>(random());
        break;
      default:
        text.insert(at, text.substr(below(text.size()), below(40)));
        break;
    }
  }
  return text;
}

/// One edit of each kind, in any order, about what the file has and what it has not.
void edit(RegFile& file, std::mt19937& random) {
  static constexpr std::array<std::string_view, 4> kKeys{
      "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters", "HKCU\\Software\\Old",
      "HKLM\\SOFTWARE\\wsalive", "HKLM\\SYSTEM"};
  static constexpr std::array<std::string_view, 4> kNames{"KeepAliveTime", "path", "", "New"};
  for (std::size_t times = 1 + random() % 5; times > 0; --times) {
    const std::string_view key = kKeys[random() % kKeys.size()];
    const std::string_view name = kNames[random() % kNames.size()];
    switch (random() % 6) {
      case 0:
        file.set_value(key, name, string_value("vista"));
        break;
      case 1:
        file.remove_value(key, name);
        break;
      case 2:
        file.hide_value(key, name);
        break;
      case 3:
        file.create_key(key);
        break;
      case 4:
        file.remove_key(key);
        break;
      default:
        file.hide_key(key);
        break;
    }
  }
}

TEST(DamagedFile, EndsInAFileOrInAnErrorWithALine) {  // K-85
  std::mt19937 random{20240607};  // NOLINT(cert-msc51-cpp): the same damage every time.
  int readable = 0;
  int refused = 0;
  for (int round = 0; round < 6000; ++round) {
    const auto encoding =
        std::array{Encoding::plain, Encoding::utf8_with_mark, Encoding::utf16le}[random() % 3];
    const std::string bytes = damaged(encode_file(encoding, kText), random);
    const auto file = RegFile::parse(bytes);
    if (!file) {
      ++refused;
      const auto lines = static_cast<std::size_t>(std::ranges::count(bytes, '\n'));
      ASSERT_GE(file.error().line, 1U);
      ASSERT_LE(file.error().line, lines + 1);
      continue;
    }
    ++readable;
    ASSERT_EQ(file->bytes(), bytes);
    RegFile edited = *file;
    edit(edited, random);
    ASSERT_TRUE(edited.sound()) << bytes;
    const auto again = RegFile::parse(edited.bytes());
    ASSERT_TRUE(again) << edited.bytes();
    ASSERT_EQ(again->bytes(), edited.bytes());
  }
  EXPECT_GT(readable, 500);
  EXPECT_GT(refused, 500);
}

TEST(DamagedFile, IsNeverAlteredByAWriteThatFails) {  // K-85
  std::mt19937 random{7};  // NOLINT(cert-msc51-cpp): the same damage every time.
  const test::TempFolder folder;
  int refused = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string bytes = damaged(std::string{kText}, random);
    const std::string path = folder.write("registry.reg", bytes);
    Registry registry{{.machine = std::nullopt, .user = path}};
    const auto done =
        registry.set_value("HKLM\\SOFTWARE\\wsalive", "Release", string_value("vista"));
    if (done) {
      EXPECT_EQ(as_string(registry.query("HKLM\\SOFTWARE\\wsalive", "release")->value), "vista");
    } else {
      ++refused;
      EXPECT_GE(done.error().line, 1U);
      EXPECT_EQ(test::content_of(path), bytes);
    }
  }
  EXPECT_GT(refused, 5);
}

}  // namespace
}  // namespace wsalive::registry

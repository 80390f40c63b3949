// sprintf_s and its kin: what fits, what is refused, what is cut.

#include "wsalive/secure_crt.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <gtest/gtest.h>

#include "support/temp_folder.hpp"

namespace wsalive::test {
namespace {

TEST(SecureCrt, WhatFitsIsWritten) {
  char text[8] = "";
  EXPECT_EQ(sprintf_s(text, sizeof text, "%d-%s", 12, "abcd"), 7);
  EXPECT_STREQ(text, "12-abcd");
  EXPECT_EQ(sprintf_s(text, "%lu", 7U), 1);  // A DWORD, and an array whose size is known.
  EXPECT_EQ(strcpy_s(text, "seven c"), 0);
  EXPECT_STREQ(text, "seven c");
  EXPECT_EQ(strcpy_s(text, sizeof text, "one"), 0);
  EXPECT_EQ(strcat_s(text, "four"), 0);
  EXPECT_STREQ(text, "onefour");
  EXPECT_EQ(strncpy_s(text, "longer than that", 3), 0);
  EXPECT_STREQ(text, "lon");
  wchar_t wide[8] = L"";
  EXPECT_EQ(swprintf_s(wide, L"%s", L"wide"), 4);
  EXPECT_EQ(wcscat_s(wide, L"r"), 0);
  EXPECT_STREQ(wide, L"wider");
  EXPECT_EQ(wcscpy_s(wide, L"w"), 0);
  EXPECT_EQ(wcsncpy_s(wide, 8, L"xyz", 2), 0);
  EXPECT_STREQ(wide, L"xy");
  EXPECT_EQ(memcpy_s(text, sizeof text, "abc", 4), 0);
  EXPECT_STREQ(text, "abc");
}

TEST(SecureCrt, WhatDoesNotFitLeavesAnEmptyString) {
  std::array<char, 6> text{"abc"};
  text[5] = '!';
  EXPECT_EQ(strcpy_s(text.data(), 4, "four"), ERANGE);
  EXPECT_STREQ(text.data(), "");
  std::strcpy(text.data(), "abc");
  EXPECT_EQ(strcat_s(text.data(), 5, "de"), ERANGE);
  EXPECT_STREQ(text.data(), "");
  EXPECT_EQ(sprintf_s(text.data(), 4, "%d", 12345), -1);
  EXPECT_STREQ(text.data(), "");
  EXPECT_EQ(strncpy_s(text.data(), 3, "abcd", 3), ERANGE);
  EXPECT_STREQ(text.data(), "");
  EXPECT_EQ(text[5], '!');
  EXPECT_EQ(strcpy_s(text.data(), 4, nullptr), EINVAL);
  EXPECT_EQ(strcpy_s(nullptr, 4, "x"), EINVAL);
  EXPECT_EQ(strcpy_s(text.data(), 0, "x"), EINVAL);
  EXPECT_EQ(memcpy_s(text.data(), 2, "abc", 3), ERANGE);
  EXPECT_EQ(memcpy_s(nullptr, 2, "abc", 3), EINVAL);
  EXPECT_EQ(memcpy_s(nullptr, 0, nullptr, 0), 0);
  std::array<char, 4> full{'a', 'b', 'c', 'd'};
  EXPECT_EQ(strcat_s(full.data(), full.size(), "x"), EINVAL);  // It never ended.
}

TEST(SecureCrt, TruncatesOnlyWhereTheProgramSaysSo) {
  char text[4] = "";
  EXPECT_EQ(strncpy_s(text, sizeof text, "abcdef", _TRUNCATE), STRUNCATE);
  EXPECT_STREQ(text, "abc");
  EXPECT_EQ(_snprintf_s(text, sizeof text, _TRUNCATE, "%s", "xyzw"), -1);
  EXPECT_STREQ(text, "xyz");
  EXPECT_EQ(_snprintf_s(text, sizeof text, 2, "%s", "qrs"), -1);
  EXPECT_STREQ(text, "qr");
  EXPECT_EQ(_snprintf_s(text, sizeof text, _TRUNCATE, "%s", "ok"), 2);
}

TEST(SecureCrt, FilesAndTimes) {
  const TempFolder folder;
  FILE* file = nullptr;
  EXPECT_EQ(fopen_s(&file, folder.file("new").c_str(), "w"), 0);
  EXPECT_EQ(std::fclose(file), 0);
  EXPECT_EQ(fopen_s(&file, folder.file("none").c_str(), "r"), ENOENT);
  EXPECT_EQ(file, nullptr);
  EXPECT_EQ(fopen_s(nullptr, "x", "r"), EINVAL);
  const time_t noon = 43'200;
  struct tm when {};
  EXPECT_EQ(localtime_s(&when, &noon), 0);
  EXPECT_TRUE(when.tm_year == 70 || when.tm_year == 69);
  EXPECT_EQ(localtime_s(nullptr, &noon), EINVAL);
}

}  // namespace
}  // namespace wsalive::test

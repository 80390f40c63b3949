// Text: code pages, lstr*, strsafe.h, environment variables, and Windows' printf formats.

#include "windows.h"

#include <gtest/gtest.h>

#include <string>

#include "crt/format.hpp"
#include "strsafe.h"
#include "support/handle_count.hpp"

extern "C" {
int wsalive_swprintf(wchar_t* buffer, size_t size, const wchar_t* format, ...);
int wsalive_snprintf(char* buffer, size_t size, const char* format, ...);
}

namespace wsalive::test {
namespace {

TEST(CodePages, ConvertBothWaysAndCountFirst) {
  const char utf8[] = "h\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80";
  const wchar_t wide[] = L"h\u00FC\u20AC\U0001F600";
  wchar_t out[8];
  EXPECT_EQ(MultiByteToWideChar(CP_UTF8, 0, utf8, -1, nullptr, 0), 5);
  EXPECT_EQ(MultiByteToWideChar(CP_ACP, 0, utf8, -1, out, 8), 5);
  EXPECT_STREQ(out, wide);
  char back[16];
  BOOL used = TRUE;
  EXPECT_EQ(WideCharToMultiByte(CP_ACP, 0, wide, -1, back, 16, nullptr, &used), 11);
  EXPECT_STREQ(back, utf8);
  EXPECT_FALSE(used);
  EXPECT_EQ(WideCharToMultiByte(CP_UTF8, 0, wide, 1, back, 16, nullptr, nullptr), 1);
}

TEST(CodePages, RefuseAsDocumented) {
  wchar_t out[2] = L"o";
  char narrow[2] = "n";
  EXPECT_FAILS_WITH(ERROR_INSUFFICIENT_BUFFER, MultiByteToWideChar(CP_UTF8, 0, "abc", -1, out, 2));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, MultiByteToWideChar(1252, 0, "a", -1, out, 2));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, MultiByteToWideChar(CP_UTF8, 0, "a", 0, out, 2));
  EXPECT_FAILS_WITH(ERROR_NO_UNICODE_TRANSLATION,
                    MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xFF", -1, out, 2));
  const wchar_t half[] = {0xD800, 0};
  EXPECT_FAILS_WITH(
      ERROR_NO_UNICODE_TRANSLATION,
      WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, half, -1, narrow, 2, nullptr, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER,
                    WideCharToMultiByte(CP_UTF8, 0, L"a", -1, narrow, 2, "?", nullptr));
  EXPECT_STREQ(out, L"o");
  EXPECT_STREQ(narrow, "n");
}

TEST(Strings, OfTheOldKind) {
  char text[16];
  EXPECT_EQ(lstrcpyA(text, "one"), text);
  EXPECT_EQ(lstrcatA(text, "two"), text);
  EXPECT_EQ(lstrlenA(text), 6);
  EXPECT_EQ(lstrlenA(nullptr), 0);
  EXPECT_STREQ(lstrcpynA(text, "longer than that", 7), "longer");
  EXPECT_EQ(lstrcmpiA("ABC", "abc"), 0);
  EXPECT_NE(lstrcmpA("ABC", "abc"), 0);
  wchar_t wide[16];
  EXPECT_EQ(lstrcpyW(wide, L"one"), wide);
  EXPECT_EQ(lstrcatW(wide, L"two"), wide);
  EXPECT_EQ(lstrlenW(wide), 6);
  EXPECT_STREQ(lstrcpynW(wide, L"longer", 4), L"lon");
  EXPECT_EQ(lstrcmpiW(L"ABC", L"abc"), 0);
  EXPECT_NE(lstrcmpW(L"ABC", L"abc"), 0);
}

TEST(StrSafe, CutsWhatIsTooLongAndSaysSo) {
  char text[6] = "";
  EXPECT_EQ(StringCchCopyA(text, 6, "abc"), S_OK);
  EXPECT_EQ(StringCchCatA(text, 6, "defgh"), STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_STREQ(text, "abcde");
  EXPECT_EQ(StringCchCopyNA(text, 6, "abcdefgh", 2), S_OK);
  EXPECT_STREQ(text, "ab");
  EXPECT_EQ(StringCchPrintfA(text, 6, "%d-%s", 12, "xyz"), STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_STREQ(text, "12-xy");
  EXPECT_EQ(StringCchCopyA(text, 0, "abc"), STRSAFE_E_INVALID_PARAMETER);
  EXPECT_STREQ(text, "12-xy");
  wchar_t wide[4];
  EXPECT_EQ(StringCbCopyW(wide, sizeof wide, L"abcd"), STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_EQ(StringCbPrintfW(wide, sizeof wide, L"%s%hs", L"a", "b"), S_OK);
  EXPECT_EQ(StringCbCatW(wide, sizeof wide, L"c"), S_OK);
  EXPECT_STREQ(wide, L"abc");
  size_t length = 9;
  EXPECT_EQ(StringCbLengthW(wide, sizeof wide, &length), S_OK);
  EXPECT_EQ(length, 3 * sizeof(wchar_t));
  EXPECT_EQ(StringCchLengthA(text, 5, &length), STRSAFE_E_INVALID_PARAMETER);
  EXPECT_EQ(length, 0U);
}

TEST(Environment, IsTheProcesss) {
  char text[8] = "before";
  EXPECT_TRUE(SetEnvironmentVariableA("WSALIVE_TEST_WORD", "value"));
  EXPECT_EQ(GetEnvironmentVariableA("WSALIVE_TEST_WORD", text, 3), 6U);
  EXPECT_STREQ(text, "before");
  EXPECT_EQ(GetEnvironmentVariableA("WSALIVE_TEST_WORD", text, 8), 5U);
  EXPECT_STREQ(text, "value");
  wchar_t wide[8];
  EXPECT_TRUE(SetEnvironmentVariableW(L"WSALIVE_TEST_WORD", L""));
  SetLastError(5);
  EXPECT_EQ(GetEnvironmentVariableW(L"WSALIVE_TEST_WORD", wide, 8), 0U);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  EXPECT_TRUE(SetEnvironmentVariableW(L"WSALIVE_TEST_WORD", nullptr));
  EXPECT_FAILS_WITH(ERROR_ENVVAR_NOT_FOUND, GetEnvironmentVariableA("WSALIVE_TEST_WORD", text, 8));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, SetEnvironmentVariableA("a=b", "c"));
}

struct Format {
  const char* windows;
  const char* narrow;  ///< The C library's, for printf.
  const char* wide;    ///< And for wprintf.
};

TEST(Formats, AreTranslated) {
  constexpr Format kFormats[] = {
      // clang-format off
      {"%d %u%%",         "%d %u%%",      "%d %u%%"},
      {"%ld %lu %lx",     "%d %u %x",     "%d %u %x"},
      {"%I64d %I32u %Iu", "%lld %u %zu",  "%lld %u %zu"},
      {"%lld %hd %hhu",   "%lld %hd %hhu","%lld %hd %hhu"},
      {"%s %c",           "%s %c",        "%ls %lc"},
      {"%S %C",           "%ls %lc",      "%s %c"},
      {"%ws %ls %hs %hS", "%ls %ls %s %s","%ls %ls %s %s"},
      {"%-08.3lf %Lf",    "%-08.3f %Lf",  "%-08.3f %Lf"},
      {"%*s|%-*.*ws",     "%*s|%-*.*ls",  "%*ls|%-*.*ls"},
      {"%p %",            "%p %",         "%p %"},
      // clang-format on
  };
  for (const Format& format : kFormats) {
    EXPECT_EQ(crt::translate_format(format.windows, crt::Dialect::narrow), format.narrow);
    EXPECT_EQ(crt::translate_format(format.windows, crt::Dialect::wide), format.wide);
  }
}

TEST(Formats, ReadTheirArgumentsAsOnWindows) {  // In the C locale, where glibc refuses such text.
  char text[64];
  EXPECT_EQ(wsalive_snprintf(text, sizeof text, "%ws %ld %I64d", L"\u20AC", -1, 1LL << 40), 20);
  EXPECT_STREQ(text, "\xE2\x82\xAC -1 1099511627776");
  EXPECT_EQ(wsalive_snprintf(text, 3, "%s", "long"), 4);
  EXPECT_STREQ(text, "lo");
  wchar_t wide[16];
  EXPECT_EQ(wsalive_swprintf(wide, 16, L"%s|%hs|%c", L"\u00FC", "n", L'\u20AC'), 5);
  EXPECT_STREQ(wide, L"\u00FC|n|\u20AC");
  EXPECT_EQ(wsalive_swprintf(wide, 2, L"%s", L"long"), -1);
}

}  // namespace
}  // namespace wsalive::test

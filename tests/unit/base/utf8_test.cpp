// Narrow and wide text: every length of UTF-8 both ways, and what is no UTF-8 is marked, not dropped.

#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace wsalive {
namespace {

struct Pair {
  std::string_view name;
  std::string_view utf8;
  std::wstring_view wide;
};

constexpr std::array kPairs{
    // clang-format off
    Pair{"Empty",      "",                 L""},
    Pair{"OneByte",    "a\x7F",            L"a\x7F"},
    Pair{"TwoBytes",   "\xC2\x80\xDF\xBF", L"\x80\x7FF"},
    Pair{"ThreeBytes", "\xE2\x82\xAC",     L"\x20AC"},
    Pair{"FourBytes",  "\xF4\x8F\xBF\xBF", L"\x10FFFF"},
    Pair{"Surrogate",  "\xED\xA0\x80",     L"\xD800"},
    // clang-format on
};

class Utf8 : public testing::TestWithParam<Pair> {};

TEST_P(Utf8, GoesBothWays) {
  EXPECT_EQ(widen(GetParam().utf8), GetParam().wide);
  EXPECT_EQ(narrow(GetParam().wide), GetParam().utf8);
}

INSTANTIATE_TEST_SUITE_P(Pairs, Utf8, testing::ValuesIn(kPairs),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(BrokenUtf8, IsMarkedByteByByte) {
  EXPECT_EQ(widen("a\xFFz"), L"a\xFFFDz");
  EXPECT_EQ(widen("\xC0\x80"), L"\xFFFD\xFFFD");    // An overlong NUL.
  EXPECT_EQ(widen("\xE2\x82"), L"\xFFFD\xFFFD");    // Cut off.
  EXPECT_EQ(widen("\xF5\x80\x80\x80").size(), 4U);  // Above U+10FFFF.
  EXPECT_EQ(narrow(L"\x7FFFFFFF"), "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace wsalive

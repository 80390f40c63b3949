// What comes from outside is shown as text that does nothing: valid UTF-8, without control characters.

#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace wsalive {
namespace {

struct Row {
  std::string_view name;
  std::string_view outside;
  std::string_view shown;
};

constexpr std::array kRows{
    // clang-format off
    Row{"Plain",          "psql",                          "psql"},
    Row{"Letters",        "сервер €",                      "сервер €"},
    Row{"CutLetter",      "x\xD1",                         "x\uFFFD"},
    Row{"CutEuro",        "x\xE2\x82",                     "x\uFFFD\uFFFD"},
    Row{"Overlong",       "\xC0\xAF",                      "\uFFFD\uFFFD"},
    Row{"Latin1",         "caf\xE9!",                      "caf\uFFFD!"},
    Row{"Escape",         "\x1b[2J",                       "\uFFFD[2J"},
    Row{"LineEnd",        "a\nb\rc\td",                    "a\uFFFDb\uFFFDc\uFFFDd"},
    Row{"Delete",         "a\x7F",                         "a\uFFFD"},
    Row{"SecondControls", "a\xC2\x9B""31mb\xC2\x85",       "a\uFFFD31mb\uFFFD"},
    Row{"Override",       "a\u202Egnp.exe",                "a\uFFFDgnp.exe"},
    Row{"Isolate",        "a\u2066b\u2069",                "a\uFFFDb\uFFFD"},
    Row{"LineSeparator",  "a\u2028b",                      "a\uFFFDb"},
    Row{"Surrogate",      "a\xED\xA0\x80",                 "a\uFFFD"},
    Row{"Joiners",        "a\u200C\u200Db",                "a\u200C\u200Db"},
    Row{"Hebrew",         "\u05D0\u200F",                  "\u05D0\u200F"},
    Row{"Picture",        "\U0001F600",                    "\U0001F600"},
    // clang-format on
};

class Printable : public testing::TestWithParam<Row> {};

TEST_P(Printable, ShowsIt) { EXPECT_EQ(printable(GetParam().outside), GetParam().shown); }

TEST_P(Printable, ShowsWhatIsShownAlreadyUnchanged) {
  EXPECT_EQ(printable(GetParam().shown), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(Rows, Printable, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(PrintableAlways, EveryPairOfOctetsBecomesPrintableCharacters) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string outside{static_cast<char>(first), static_cast<char>(second)};
      const std::string shown = printable(outside);
      for (std::size_t at = 0; at < shown.size();) {
        const DecodedCharacter next = decode_utf8(shown, at);
        ASSERT_NE(next.length, 0U) << first << ' ' << second;
        ASSERT_TRUE(is_printable(next.code)) << first << ' ' << second;
        at += next.length;
      }
    }
  }
}

TEST(PrintableKept, PassesWholeSequencesOnly) {
  constexpr std::array<std::string_view, 2> kKept{"\n", "\033[32m"};
  EXPECT_EQ(printable("\033[32ma\n\033[2J\033[31m", kKept), "\033[32ma\n\uFFFD[2J\uFFFD[31m");
}

}  // namespace
}  // namespace wsalive

// One .reg file: what is read, what is refused with which line, and edits that touch nothing else.

#include "registry/reg_file.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <string>
#include <string_view>

namespace wsalive::registry {
namespace {

constexpr std::string_view kHeader = "Windows Registry Editor Version 5.00\n";
constexpr std::string_view kKey = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Example";

std::string under_key(std::string_view body) {
  return std::string{kHeader}.append("\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Example]\n").append(body);
}

/// The only value of a file with this body.
Value only_value(std::string_view body, std::string_view header = kHeader) {
  const auto file = RegFile::parse(std::string{header}.append("[HKLM\\A]\n").append(body));
  EXPECT_TRUE(file) << body;
  if (!file || file->statements().size() != 2) return {};
  return file->statements()[1].value;
}

Value raw(std::uint32_t type, std::initializer_list<int> list) {
  Value value{.type = type, .bytes = {}};
  for (const int each : list) value.bytes.push_back(static_cast<std::byte>(each));
  return value;
}

TEST(RegSyntax, ReadsEveryKindOfData) {  // K-85
  EXPECT_EQ(only_value("\"a\"=dword:0000ea60\n"), dword_value(60'000));
  EXPECT_EQ(only_value("\"a\" = DWORD: fF ; comment\n"), dword_value(255));
  EXPECT_EQ(only_value("@=\"text\""), string_value("text"));
  EXPECT_EQ(only_value("\"a\"=\"a\\\\b\\\"c ; no comment\"\n"),
            string_value("a\\b\"c ; no comment"));
  EXPECT_EQ(only_value("\"a\"=\"back\\slash\"\n"), string_value("back\\slash"));
  EXPECT_EQ(only_value("\"a\"=\"two\r\nlines\"\n"), string_value("two\r\nlines"));
  EXPECT_EQ(only_value("\"a\"=hex:01,2,ff\n"), raw(3, {1, 2, 255}));
  EXPECT_EQ(only_value("\"a\"=hex:\n"), raw(3, {}));
  EXPECT_EQ(only_value("\"a\"=hex(b):01,00,\\\n  00,00,00,00,00,\\\n  00\n"),
            raw(11, {1, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(only_value("\"a\"=hex(4):01,00,00,00\n"), dword_value(1));
  EXPECT_EQ(only_value("\"a\"=hex(80000001):aa,\n"), raw(0x80000001, {0xaa}));
  EXPECT_EQ(only_value("\"\xC3\xA9\"=\"\xF0\x9F\x92\xBE\"\n"), string_value("\xF0\x9F\x92\xBE"));
}

TEST(RegSyntax, OldFilesHaveNarrowText) {  // K-85
  EXPECT_EQ(only_value("\"a\"=hex(2):41,00\n", "REGEDIT4\n"), raw(2, {0x41, 0, 0, 0}));
  EXPECT_EQ(only_value("\"a\"=hex(2):41,00\n"), raw(2, {0x41, 0}));
  EXPECT_EQ(only_value("\"a\"=\"\xE9\"\n", "REGEDIT4\n"), string_value("\xC3\xA9"));
}

TEST(RegSyntax, ReadsKeysAndDeletions) {  // K-85
  const auto file =
      RegFile::parse(std::string{kHeader}.append("; comment\n  [hklm\\Software\\A [1]]\n[-HKCU\\B] "
                                                 "; gone\n[HKEY_USERS\\C\\]\n\"x\"=-\n@=-\n"));
  ASSERT_TRUE(file);
  ASSERT_EQ(file->statements().size(), 5U);
  EXPECT_EQ(file->statements()[0].key, "HKEY_LOCAL_MACHINE\\Software\\A [1]");
  EXPECT_EQ(file->statements()[1].kind, StatementKind::delete_key);
  EXPECT_EQ(file->statements()[1].key, "HKEY_CURRENT_USER\\B");
  EXPECT_EQ(file->statements()[2].key, "HKEY_USERS\\C");
  EXPECT_EQ(file->statements()[3].kind, StatementKind::delete_value);
  EXPECT_EQ(file->statements()[3].name, "x");
  EXPECT_EQ(file->statements()[4].name, "");
}

struct BadRow {
  std::string_view name;
  std::string_view text;
  std::size_t line;

  friend void PrintTo(const BadRow& row, std::ostream* out) { *out << row.name; }
};

constexpr std::array kBad{
    // clang-format off
    BadRow{"NoHeader",         "[HKLM\\A]\n\"a\"=dword:1\n",                                   1},
    BadRow{"OtherHeader",      "\nWindows Registry Editor Version 6.00\n",                     2},
    BadRow{"HeaderOfUtf16be",  "\xFE\xFF",                                                     1},
    BadRow{"OddUtf16",         "\xFF\xFEW",                                                    1},
    BadRow{"OpenKey",          "REGEDIT4\n[HKLM\\A\n",                                         2},
    BadRow{"TextAfterKey",     "REGEDIT4\n[HKLM\\A] x\n",                                      2},
    BadRow{"EmptyKey",         "REGEDIT4\n[]\n",                                               2},
    BadRow{"EmptyDeletedKey",  "REGEDIT4\n[-]\n",                                              2},
    BadRow{"ValueWithoutKey",  "REGEDIT4\n\n\"a\"=dword:1\n",                                  3},
    BadRow{"ValueUnderGone",   "REGEDIT4\n[-HKLM\\A]\n\"a\"=dword:1\n",                        3},
    BadRow{"Nonsense",         "REGEDIT4\n[HKLM\\A]\nKeepAliveTime=1\n",                       3},
    BadRow{"OpenName",         "REGEDIT4\n[HKLM\\A]\n\"a=dword:1\n",                           3},
    BadRow{"NoEquals",         "REGEDIT4\n[HKLM\\A]\n\"a\" dword:1\n",                         3},
    BadRow{"NoData",           "REGEDIT4\n[HKLM\\A]\n\"a\"=\n",                                3},
    BadRow{"UnknownData",      "REGEDIT4\n[HKLM\\A]\n\"a\"=qword:1\n",                         3},
    BadRow{"DwordOfNine",      "REGEDIT4\n[HKLM\\A]\n\"a\"=dword:123456789\n",                 3},
    BadRow{"DwordOfLetters",   "REGEDIT4\n[HKLM\\A]\n\"a\"=dword:xyz\n",                       3},
    BadRow{"DwordNegative",    "REGEDIT4\n[HKLM\\A]\n\"a\"=dword:-1\n",                        3},
    BadRow{"DwordWithPrefix",  "REGEDIT4\n[HKLM\\A]\n\"a\"=dword:0x10\n",                      3},
    BadRow{"OpenString",       "REGEDIT4\n[HKLM\\A]\n\"a\"=\"text\n\n",                        3},
    BadRow{"TextAfterString",  "REGEDIT4\n[HKLM\\A]\n\"a\"=\"b\" c\n",                         3},
    BadRow{"HexOfThree",       "REGEDIT4\n[HKLM\\A]\n\"a\"=hex:123\n",                         3},
    BadRow{"HexOnLaterLine",   "REGEDIT4\n[HKLM\\A]\n\"a\"=hex:01,\\\n  02,\\\n  zz\n",        5},
    BadRow{"HexEndsInFile",    "REGEDIT4\n[HKLM\\A]\n\"a\"=hex:01,\\",                         3},
    BadRow{"HexTypeOpen",      "REGEDIT4\n[HKLM\\A]\n\"a\"=hex(2:01\n",                        3},
    BadRow{"HexWithoutColon",  "REGEDIT4\n[HKLM\\A]\n\"a\"=hex 01\n",                          3},
    BadRow{"TextAfterSlash",   "REGEDIT4\n[HKLM\\A]\n\"a\"=hex:01,\\ x\n",                     3},
    // clang-format on
};

class BadFile : public testing::TestWithParam<BadRow> {};

TEST_P(BadFile, IsRefusedWithItsLine) {  // K-85
  const auto file = RegFile::parse(GetParam().text);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().line, GetParam().line) << file.error().text;
  EXPECT_FALSE(file.error().text.empty());
}

INSTANTIATE_TEST_SUITE_P(Rows, BadFile, testing::ValuesIn(kBad),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(BadFile, ANulCharacterIsNamedToo) {  // K-85
  const auto file = RegFile::parse(std::string_view{"REGEDIT4\n[HKLM\\A]\n\"a\"=\"x\0\"\n", 26});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().line, 3U);
}

// A file with everything that an edit must leave alone.
constexpr std::string_view kRich =
    "REGEDIT4\r\n"
    "; of another program \xE9\r\n"
    "\r\n"
    "[HKLM\\Software\\Other]\n"
    "\t\"Odd\"  =  hex(2) :41,\\\r\n"
    "     42,00 ; bytes\r\n";

TEST(RegFileBytes, AreKeptWhereNothingIsEdited) {  // K-85
  const std::array texts{
      under_key("\"a\"=dword:1\n"), std::string{"REGEDIT4\r\n\r\n; x\r\n[HKLM\\a] ; y\n\n\n"},
      std::string{"\xEF\xBB\xBF"} + under_key("@=\"\xC3\xA9\""),
      std::string{"REGEDIT4\n[HKLM\\B]\n\"\xE9\xFF\"=\"\x80\"\n"}, std::string{}};
  for (const std::string& text : texts) {
    const auto file = RegFile::parse(text);
    ASSERT_TRUE(file) << text;
    EXPECT_EQ(file->bytes(), text);
  }
}

TEST(RegFileBytes, SurviveUtf16WithItsOddities) {  // K-85
  // A pair, a lone half of one, and a character of two bytes; as regedit writes, with its mark.
  std::string bytes = encode_file(Encoding::utf16le, under_key("\"\xF0\x9F\x92\xBE\"=\"\xC3\xA9 "));
  bytes += std::string_view{"\x3D\xD8\"\0\r\0\n\0", 8};
  const auto file = RegFile::parse(bytes);
  ASSERT_TRUE(file) << file.error().text;
  EXPECT_EQ(file->bytes(), bytes);
  EXPECT_EQ(file->statements()[1].name, "\xF0\x9F\x92\xBE");

  RegFile edited = *file;
  edited.set_value(kKey, "New", dword_value(1));
  EXPECT_EQ(edited.bytes(),
            bytes + encode_file(Encoding::utf16le, "\"New\"=dword:00000001\n").substr(2));
}

TEST(RegFileEdit, ExchangesTheLinesOfOneValueAlone) {  // K-85
  auto file =
      RegFile::parse(under_key("\"a\"=dword:1 ; one\n\"B\"=hex:01,\\\n  02\n; end\n\"c\"=\"x\"\n"));
  ASSERT_TRUE(file);
  file->set_value("hklm\\SOFTWARE\\example", "b", dword_value(0x7d0));
  EXPECT_EQ(file->bytes(),
            under_key("\"a\"=dword:1 ; one\n\"b\"=dword:000007d0\n; end\n\"c\"=\"x\"\n"));
}

TEST(RegFileEdit, AddsAValueToItsKeyAndAKeyAtTheEnd) {  // K-85
  auto file = RegFile::parse(under_key("\"a\"=dword:1\n\n; tail\n[HKLM\\Z]\n"));
  ASSERT_TRUE(file);
  file->set_value(kKey, "new", string_value("x"));
  EXPECT_EQ(file->bytes(), under_key("\"a\"=dword:1\n\"new\"=\"x\"\n\n; tail\n[HKLM\\Z]\n"));
  file->create_key("HKCU\\Fresh");
  EXPECT_EQ(
      file->bytes(),
      under_key(
          "\"a\"=dword:1\n\"new\"=\"x\"\n\n; tail\n[HKLM\\Z]\n\n[HKEY_CURRENT_USER\\Fresh]\n"));
  const std::string once = file->bytes();
  file->create_key("hkcu\\FRESH");
  EXPECT_EQ(file->bytes(), once);
}

TEST(RegFileEdit, KeepsLineEndsAndForeignLines) {  // K-85
  auto file = RegFile::parse(kRich);
  ASSERT_FALSE(file);  // Neither wsalive nor regedit writes a blank before the colon.
  std::string rich{kRich};
  rich.replace(rich.find(") :"), 3, "):");
  file = RegFile::parse(rich);
  ASSERT_TRUE(file) << file.error().line << file.error().text;
  file->set_value(kKey, "KeepAliveTime", dword_value(1));
  EXPECT_EQ(file->bytes(), rich +
                               "\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Example]\r\n"
                               "\"KeepAliveTime\"=dword:00000001\r\n");
}

TEST(RegFileEdit, ALastLineWithoutAnEndGetsOne) {  // K-85
  auto file = RegFile::parse(under_key("\"a\"=dword:1"));
  ASSERT_TRUE(file);
  file->set_value(kKey, "b", dword_value(2));
  EXPECT_EQ(file->bytes(), under_key("\"a\"=dword:1\n\"b\"=dword:00000002\n"));
}

TEST(RegFileEdit, ANewFileHasTheHeaderOfVersion5) {  // K-85
  RegFile file;
  file.set_value("HKLM\\SOFTWARE\\wsalive", "Release", string_value("winxp"));
  EXPECT_EQ(file.bytes(),
            "Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\wsalive]\n"
            "\"Release\"=\"winxp\"\n");
}

TEST(RegFileEdit, TakesOutEveryStatementAboutAValue) {  // K-85
  auto file = RegFile::parse(under_key("\"a\"=dword:1\n\"x\"=dword:2\n\"A\"=-\n"));
  ASSERT_TRUE(file);
  file->remove_value(kKey, "a");
  EXPECT_EQ(file->bytes(), under_key("\"x\"=dword:2\n"));
  file->hide_value(kKey, "X");
  EXPECT_EQ(file->bytes(), under_key("\"X\"=-\n"));
}

TEST(RegFileEdit, ADeletedKeyTakesWhatIsBelowAlong) {  // K-85
  auto file = RegFile::parse(
      std::string{kHeader}.append("[HKLM\\A]\n\"a\"=dword:1\n[HKLM\\A\\B]\n; of "
                                  "b\n\"b\"=hex:01,\\\n 02\n[HKLM\\AB]\n\"c\"=\"x\"\n"));
  ASSERT_TRUE(file);
  file->hide_key("HKLM\\a");
  EXPECT_EQ(file->bytes(),
            std::string{kHeader}.append("[HKLM\\AB]\n\"c\"=\"x\"\n\n[-HKEY_LOCAL_MACHINE\\a]\n"));
  // A value set afterwards must not land above the deletion.
  file->set_value("HKLM\\A", "n", dword_value(1));
  EXPECT_EQ(file->statements().back().name, "n");
}

TEST(RegFileEdit, ThatWouldBreakTheFileChangesNothing) {  // K-85
  auto file = RegFile::parse(under_key("\"a\"=dword:1\n"));
  ASSERT_TRUE(file);
  file->set_value(kKey, "two\nlines", dword_value(1));
  EXPECT_FALSE(file->sound());
  file->set_value(kKey, "good", dword_value(1));
  EXPECT_EQ(file->bytes(), under_key("\"a\"=dword:1\n"));
}

TEST(RegFileEdit, EveryValueReadsBackAsWritten) {  // K-85
  Value text_without_end = string_value("abc");
  for (int bytes = 0; bytes < 2; ++bytes) text_without_end.bytes.pop_back();
  Value long_binary{.type = 3, .bytes = std::vector<std::byte>(200, std::byte{0xa5})};
  const std::array values{dword_value(0),
                          dword_value(0xFFFFFFFF),
                          string_value(""),
                          string_value("C:\\\"x"),
                          string_value("a\r\nb"),
                          string_value(std::string_view{"a\0b", 3}),
                          text_without_end,
                          raw(1, {}),
                          raw(1, {0x41}),
                          raw(2, {0x41, 0, 0, 0}),
                          raw(4, {1, 2}),
                          raw(7, {0x41, 0, 0, 0, 0, 0}),
                          raw(0, {}),
                          raw(0xFFFFFFFF, {1}),
                          long_binary};
  for (const std::string_view start : {"", "REGEDIT4\r\n"}) {
    auto file = RegFile::parse(start);
    ASSERT_TRUE(file);
    for (const Value& value : values) {
      file->set_value(kKey, "a \\ \"name\" = @", value);
      const auto again = RegFile::parse(file->bytes());
      ASSERT_TRUE(again) << file->bytes();
      EXPECT_EQ(again->statements().back().value, value) << file->bytes();
      EXPECT_EQ(again->statements().back().name, "a \\ \"name\" = @");
    }
  }
}

}  // namespace
}  // namespace wsalive::registry

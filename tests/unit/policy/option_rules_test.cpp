// Sizes of option values: each row is one length under one rule set and release, and what follows.

#include "policy/option_rules.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <string_view>

namespace wsalive::policy {
namespace {

using enum SizeRule;

constexpr OptionRules kDocumented{Release::win11, Rules::documented};
constexpr OptionRules kObserved{Release::win11, Rules::observed};
constexpr OptionRules kObservedWin7{Release::win7, Rules::observed};
constexpr OptionRules kObservedXp{Release::winxp, Rules::observed};

constexpr OptionRules observed(Release release) { return {release, Rules::observed}; }

struct SetRow {
  std::string_view name;
  SizeRule rule;
  OptionRules in_force;
  int optlen;
  SetVerdict verdict;
  std::string_view source;

  friend void PrintTo(const SetRow& row, std::ostream* out) {
    *out << row.name << ' ' << row.source;
  }
};

constexpr SetVerdict takes(int bytes) { return {.bytes = bytes}; }
constexpr SetVerdict refuses(WsaError error) { return {.error = error}; }

constexpr std::array kSetRows{
    // clang-format off
    SetRow{"Dword",                 one_byte_switch, kDocumented,   4,    takes(4),                      "K-11"},
    SetRow{"LongerIsFine",          one_byte_switch, kDocumented,   8,    takes(4),                      "K-15"},
    SetRow{"MuchLonger",            one_byte_switch, kDocumented,   1000, takes(4),                      "K-15"},
    SetRow{"ThreeBytes",            one_byte_switch, kDocumented,   3,    refuses(WsaError::fault),      "K-26"},
    SetRow{"OneByte",               one_byte_switch, kDocumented,   1,    refuses(WsaError::fault),      "K-26"},
    SetRow{"Nothing",               one_byte_switch, kDocumented,   0,    refuses(WsaError::fault),      "K-26"},
    SetRow{"Negative",              one_byte_switch, kDocumented,   -1,   refuses(WsaError::fault),      "K-26"},
    SetRow{"MostNegative",          one_byte_switch, kDocumented,   -2147483647 - 1, refuses(WsaError::fault), "K-26"},
    SetRow{"ObservedByte",          one_byte_switch, kObserved,     1,    takes(1),                      "K-16"},
    SetRow{"ObservedDword",         one_byte_switch, kObserved,     4,    takes(1),                      "K-16"},
    SetRow{"ObservedNothing",       one_byte_switch, kObserved,     0,    refuses(WsaError::fault),      "K-16"},
    SetRow{"ObservedNegative",      one_byte_switch, kObserved,     -1,   refuses(WsaError::no_buffers), "K-16"},
    SetRow{"VistaNegative",         one_byte_switch, observed(Release::vista),      -1, refuses(WsaError::no_buffers), "K-16"},
    SetRow{"Win7Negative",          one_byte_switch, kObservedWin7, -1,   refuses(WsaError::fault),      "K-16"},
    SetRow{"Win10Of1709Negative",   one_byte_switch, observed(Release::win10_1709), -1, refuses(WsaError::fault),      "K-16"},
    SetRow{"Win10Of21h1Negative",   one_byte_switch, observed(Release::win10_21h1), -1, refuses(WsaError::no_buffers), "K-16"},
    SetRow{"XpByteIsTooShort",      one_byte_switch, kObservedXp,   1,    refuses(WsaError::fault),      "K-16"},
    SetRow{"XpDword",               one_byte_switch, kObservedXp,   4,    takes(4),                      "K-16"},
    SetRow{"XpNegative",            one_byte_switch, kObservedXp,   -1,   refuses(WsaError::fault),      "K-16"},
    SetRow{"OtherDwordObserved",    dword,           kObserved,     1,    refuses(WsaError::fault),      "K-26"},
    SetRow{"OtherDwordNegative",    dword,           kObserved,     -1,   refuses(WsaError::fault),      "K-26"},
    SetRow{"OtherDword",            dword,           kObserved,     4,    takes(4),                      "K-15"},
    SetRow{"KeepIdle",              keepalive_dword, kDocumented,   4,    takes(4),                      "K-72"},
    SetRow{"KeepIdleShort",         keepalive_dword, kDocumented,   3,    refuses(WsaError::fault),      "K-72"},
    SetRow{"KeepIdleShortObserved", keepalive_dword, kObserved,     1,    refuses(WsaError::fault),      "K-72"},
    SetRow{"KeepIdleNegative",      keepalive_dword, kDocumented,   -1,   refuses(WsaError::fault),      "K-72"},
    SetRow{"KeepIdleNegObserved",   keepalive_dword, kObserved,     -1,   refuses(WsaError::no_buffers), "K-72, K-16"},
    SetRow{"KeepIdleNegWin7",       keepalive_dword, kObservedWin7, -1,   refuses(WsaError::fault),      "K-72, K-16"},
    // clang-format on
};

class SetSize : public testing::TestWithParam<SetRow> {};

TEST_P(SetSize, IsJudgedAsWindowsDoes) {
  const SetRow& row = GetParam();
  EXPECT_EQ(check_set_size(row.rule, row.in_force, row.optlen), row.verdict);
}

INSTANTIATE_TEST_SUITE_P(Lengths, SetSize, testing::ValuesIn(kSetRows),
                         [](const auto& row) { return std::string{row.param.name}; });

static_assert(check_set_size(one_byte_switch, kDocumented, 4) == takes(4));                  // K-15
static_assert(check_set_size(one_byte_switch, kObserved, 1) == takes(1));                    // K-16
static_assert(check_set_size(one_byte_switch, kDocumented, 3) == refuses(WsaError::fault));  // K-26

struct GetRow {
  std::string_view name;
  SizeRule rule;
  OptionRules in_force;
  int optlen;
  GetVerdict verdict;
  std::string_view source;

  friend void PrintTo(const GetRow& row, std::ostream* out) {
    *out << row.name << ' ' << row.source;
  }
};

constexpr GetVerdict writes(int bytes) { return {.bytes = bytes, .reported = bytes}; }
constexpr GetVerdict kFault{.error = WsaError::fault};
constexpr GetVerdict kFaultReportingNone{.error = WsaError::fault, .reported = 0};

constexpr std::array kGetRows{
    // clang-format off
    GetRow{"Dword",                 one_byte_switch, kDocumented, 4,  writes(4),           "K-12"},
    GetRow{"LongerReportsFour",     one_byte_switch, kDocumented, 64, writes(4),           "K-12"},
    GetRow{"ThreeBytes",            one_byte_switch, kDocumented, 3,  kFault,              "K-26"},
    GetRow{"Nothing",               one_byte_switch, kDocumented, 0,  kFault,              "K-26"},
    GetRow{"Negative",              one_byte_switch, kDocumented, -1, kFault,              "K-26"},
    GetRow{"ObservedByte",          one_byte_switch, kObserved,   1,  writes(1),           "K-16"},
    GetRow{"ObservedDwordIsAByte",  one_byte_switch, kObserved,   4,  writes(1),           "K-16"},
    GetRow{"ObservedNothing",       one_byte_switch, kObserved,   0,  kFault,              "K-16"},
    GetRow{"ObservedNegative",      one_byte_switch, kObserved,   -1, kFault,              "K-16"},
    GetRow{"XpWritesADword",        one_byte_switch, kObservedXp, 4,  writes(4),           "K-16"},
    GetRow{"XpByteIsTooShort",      one_byte_switch, kObservedXp, 1,  kFault,              "K-16"},
    GetRow{"OtherDwordObserved",    dword,           kObserved,   4,  writes(4),           "K-26"},
    GetRow{"OtherDwordShort",       dword,           kObserved,   1,  kFault,              "K-26"},
    GetRow{"KeepIdle",              keepalive_dword, kDocumented, 4,  writes(4),           "K-72"},
    GetRow{"KeepIdleLonger",        keepalive_dword, kObserved,   8,  writes(4),           "K-72"},
    GetRow{"KeepIdleShort",         keepalive_dword, kDocumented, 3,  kFaultReportingNone, "K-72"},
    GetRow{"KeepIdleNegative",      keepalive_dword, kObserved,   -1, kFaultReportingNone, "K-72"},
    // clang-format on
};

class GetSize : public testing::TestWithParam<GetRow> {};

TEST_P(GetSize, IsJudgedAsWindowsDoes) {
  const GetRow& row = GetParam();
  EXPECT_EQ(check_get_size(row.rule, row.in_force, row.optlen), row.verdict);
}

INSTANTIATE_TEST_SUITE_P(Lengths, GetSize, testing::ValuesIn(kGetRows),
                         [](const auto& row) { return std::string{row.param.name}; });

constexpr std::array kOne{std::byte{1}, std::byte{0}, std::byte{0}, std::byte{0}};
constexpr std::array k256{std::byte{0}, std::byte{1}, std::byte{0}, std::byte{0}};
constexpr std::array kTopByte{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0x80}};
constexpr std::array kZero{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{7}};

TEST(SwitchValue, AnyNonzeroDwordIsOn) {  // K-11
  EXPECT_TRUE(switch_is_on(kOne, kDocumented));
  EXPECT_TRUE(switch_is_on(k256, kDocumented));
  EXPECT_TRUE(switch_is_on(kTopByte, kDocumented));
  EXPECT_TRUE(switch_is_on(k256, kObservedXp));
}

TEST(SwitchValue, BytesPastTheDwordDoNotCount) {  // K-15
  EXPECT_FALSE(switch_is_on(kZero, kDocumented));
}

TEST(SwitchValue, OnlyTheFirstByteCountsAsObserved) {  // K-16
  EXPECT_TRUE(switch_is_on(kOne, kObserved));
  EXPECT_FALSE(switch_is_on(k256, kObserved));
  EXPECT_FALSE(switch_is_on(kTopByte, kObserved));
  EXPECT_TRUE(switch_is_on(std::span{kOne}.first(1), kObserved));
}

TEST(Levels, WindowsFiveAreKnownAndLinuxOwnIsNot) {  // K-24
  for (const int level : {0xffff, 0, 6, 17, 41}) EXPECT_TRUE(is_known_level(level)) << level;
  for (const int level : {1, -1, 2, 5, 58, 0xfffe, 0x10000}) {
    EXPECT_FALSE(is_known_level(level)) << level;
  }
}

TEST(KeepAliveOptions, ComeWithTheirReleases) {  // K-73
  using enum KeepAliveOption;
  EXPECT_FALSE(release_knows(Release::ws2003, keepalive));
  EXPECT_TRUE(release_knows(Release::vista, keepalive));
  EXPECT_TRUE(release_knows(Release::vista, keepidle));  // The same number, 3.
  EXPECT_FALSE(release_knows(Release::win10, keepcnt));
  EXPECT_TRUE(release_knows(Release::win10_1703, keepcnt));
  EXPECT_FALSE(release_knows(Release::win10_1703, keepintvl));
  EXPECT_TRUE(release_knows(Release::win10_1709, keepintvl));
  EXPECT_TRUE(release_knows(Release::win11, keepcnt));
}

}  // namespace
}  // namespace wsalive::policy

// Which registry values count: each row is one raw value, and what becomes of it.

#include "policy/registry_rules.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <string_view>
#include <vector>

namespace wsalive::policy {
namespace {

constexpr std::uint32_t kSz = 1;
constexpr std::uint32_t kBinary = 3;
constexpr std::uint32_t kDword = 4;
constexpr std::uint32_t kQword = 11;

std::vector<std::byte> bytes(std::initializer_list<unsigned> list) {
  std::vector<std::byte> result;
  for (const unsigned each : list) result.push_back(static_cast<std::byte>(each));
  return result;
}

struct Row {
  std::string_view name;
  std::string_view value;
  std::uint32_t type;
  std::vector<std::byte> data;
  std::optional<std::uint32_t> counts_as;
  Complaint complaint;
  std::string_view source;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name << ' ' << row.source; }
};

std::vector<Row> rows() {
  using enum Complaint;
  return {
      // clang-format off
      {"Time",            "KeepAliveTime",                 kDword,  bytes({0xe8, 3, 0, 0}),         1000,         none,         "K-80"},
      {"TimeLeast",       "KeepAliveTime",                 kDword,  bytes({1, 0, 0, 0}),            1,            none,         "K-80"},
      {"TimeLargest",     "KeepAliveTime",                 kDword,  bytes({255, 255, 255, 255}),    0xFFFFFFFF,   none,         "K-80"},
      {"TimeZero",        "KeepAliveTime",                 kDword,  bytes({0, 0, 0, 0}),            std::nullopt, out_of_range, "K-84"},
      {"TimeAsText",      "KeepAliveTime",                 kSz,     bytes({0x31, 0, 0, 0}),         std::nullopt, wrong_type,   "K-84"},
      {"TimeAsBinary",    "KeepAliveTime",                 kBinary, bytes({0xe8, 3, 0, 0}),         std::nullopt, wrong_type,   "K-84"},
      {"TimeAsQword",     "KeepAliveTime",                 kQword,  bytes({1, 0, 0, 0, 0, 0, 0, 0}), std::nullopt, wrong_type,  "K-84"},
      {"TimeThreeBytes",  "KeepAliveTime",                 kDword,  bytes({1, 0, 0}),               std::nullopt, wrong_size,   "K-84"},
      {"TimeNoBytes",     "KeepAliveTime",                 kDword,  bytes({}),                      std::nullopt, wrong_size,   "K-84"},
      {"Interval",        "KeepAliveInterval",             kDword,  bytes({0x2c, 1, 0, 0}),         300,          none,         "K-81"},
      {"IntervalZero",    "KeepAliveInterval",             kDword,  bytes({0, 0, 0, 0}),            std::nullopt, out_of_range, "K-81, K-84"},
      {"CountZero",       "TcpMaxDataRetransmissions",     kDword,  bytes({0, 0, 0, 0}),            0,            none,         "K-82"},
      {"CountLargest",    "TcpMaxDataRetransmissions",     kDword,  bytes({255, 255, 255, 255}),    0xFFFFFFFF,   none,         "K-82"},
      {"PptpAbove255",    "PPTPTcpMaxDataRetransmissions", kDword,  bytes({0, 1, 0, 0}),            256,          none,         "K-83"},
      {"PptpAsText",      "PPTPTcpMaxDataRetransmissions", kSz,     bytes({0x35, 0, 0, 0}),         std::nullopt, wrong_type,   "K-83, K-84"},
      // clang-format on
  };
}

std::optional<std::uint32_t> stored(const RegistryReading& reading, const RegistryRow& row) {
  if (row.count) return reading.values.*row.count;
  const auto& time = reading.values.*row.time;
  return time ? std::optional{time->count()} : std::nullopt;
}

class RegistryValue : public testing::TestWithParam<Row> {};

TEST_P(RegistryValue, CountsOrIsNamedAsAbsent) {
  const Row& row = GetParam();
  const RegistryReading reading = read_values([&](std::string_view name) {
    return name == row.value ? std::optional{RawValue{row.type, row.data}} : std::nullopt;
  });
  for (std::size_t i = 0; i < kRegistryRows.size(); ++i) {
    const bool meant = kRegistryRows[i].name == row.value;
    EXPECT_EQ(stored(reading, kRegistryRows[i]), meant ? row.counts_as : std::nullopt);
    EXPECT_EQ(reading.complaints[i], meant ? row.complaint : Complaint::none);
  }
}

INSTANTIATE_TEST_SUITE_P(Raw, RegistryValue, testing::ValuesIn(rows()),
                         [](const auto& row) { return std::string{row.param.name}; });

constexpr std::array kThreeSeconds{std::byte{0xb8}, std::byte{0x0b}, std::byte{0}, std::byte{0}};
static_assert(judge(kRegistryRows[0], {kDword, kThreeSeconds}).value == 3000U);      // K-80
static_assert(judge(kRegistryRows[0], {kSz, kThreeSeconds}).value == std::nullopt);  // K-84

TEST(RegistryDefaults, AreTheDocumentedOnes) {  // K-80, K-81, K-82, K-83
  EXPECT_EQ(kRegistryRows[0].fallback, 7'200'000U);
  EXPECT_EQ(kRegistryRows[1].fallback, 1000U);
  EXPECT_EQ(kRegistryRows[2].fallback, 5U);
  EXPECT_EQ(kRegistryRows[3].fallback, 5U);
}

TEST(ProbeCount, IsTheLargerOfTheTwoOnOldReleases) {  // K-53, K-54
  const auto limit = [](std::optional<std::uint32_t> plain, std::optional<std::uint32_t> pptp) {
    return probe_limit(Release::ws2003, {.keep_alive_time = {},
                                         .keep_alive_interval = {},
                                         .tcp_max_data_retransmissions = plain,
                                         .pptp_tcp_max_data_retransmissions = pptp});
  };
  EXPECT_EQ(limit({}, {}), 5);
  EXPECT_EQ(limit(3, {}), 5);
  EXPECT_EQ(limit({}, 0), 5);
  EXPECT_EQ(limit(9, 7), 9);
  EXPECT_EQ(limit(2, 3), 3);
  EXPECT_EQ(limit(0, 0), 0);
  EXPECT_EQ(limit(256, {}), 255);
  EXPECT_EQ(limit(0xFFFFFFFF, 1), 255);
}

TEST(ProbeCount, IsTenSinceVistaWhateverTheRegistrySays) {  // K-53, K-82
  const RegistryValues values{.keep_alive_time = {},
                              .keep_alive_interval = {},
                              .tcp_max_data_retransmissions = 3,
                              .pptp_tcp_max_data_retransmissions = 40};
  for (const ReleaseRow& each : kReleases) {
    EXPECT_EQ(probe_limit(each.release, values), each.release < Release::vista ? 40 : 10)
        << each.name;
  }
}

}  // namespace
}  // namespace wsalive::policy

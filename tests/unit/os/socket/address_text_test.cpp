// Addresses as text: what is read, what is refused, and how Windows joins address, zone and port.

#include "os/socket/address.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace wsalive::os {
namespace {

struct Row {
  std::string_view name;
  Family family;
  std::string_view text;
  std::string_view written;  // As written again; empty: refused.
};

constexpr std::array kRows{
    // clang-format off
    Row{"Plain",             Family::ipv4, "127.0.0.1",          "127.0.0.1"},
    Row{"WithPort",          Family::ipv4, "10.1.2.3:8080",      "10.1.2.3:8080"},
    Row{"HexadecimalPort",   Family::ipv4, "10.1.2.3:0x50",      "10.1.2.3:80"},
    Row{"LargestPort",       Family::ipv4, "10.1.2.3:65535",     "10.1.2.3:65535"},
    Row{"ShortForm",         Family::ipv4, "127.1",              "127.0.0.1"},
    Row{"OctalPart",         Family::ipv4, "010.0.0.1",          "8.0.0.1"},
    Row{"PortTooLarge",      Family::ipv4, "10.1.2.3:65536",     ""},
    Row{"PortMissing",       Family::ipv4, "10.1.2.3:",          ""},
    Row{"PortNegative",      Family::ipv4, "10.1.2.3:-1",        ""},
    Row{"PortWithSpace",     Family::ipv4, "10.1.2.3: 80",       ""},
    Row{"PartTooLarge",      Family::ipv4, "10.1.2.256",         ""},
    Row{"Empty",             Family::ipv4, "",                   ""},
    Row{"OtherFamily",       Family::ipv4, "::1",                ""},
    Row{"NoFamily",          Family::none, "127.0.0.1",          ""},
    Row{"Ipv6",              Family::ipv6, "2001:DB8::1",        "2001:db8::1"},
    Row{"Ipv6Zone",          Family::ipv6, "fe80::1%5",          "fe80::1%5"},
    Row{"Ipv6Port",          Family::ipv6, "[::1]:443",          "[::1]:443"},
    Row{"Ipv6ZoneAndPort",   Family::ipv6, "[fe80::1%5]:443",    "[fe80::1%5]:443"},
    Row{"Ipv6Brackets",      Family::ipv6, "[::1]",              "::1"},
    Row{"Ipv6Mapped",        Family::ipv6, "::ffff:1.2.3.4",     "::ffff:1.2.3.4"},
    Row{"Ipv6Unclosed",      Family::ipv6, "[::1",               ""},
    Row{"Ipv6NamedZone",     Family::ipv6, "fe80::1%lo",         ""},
    Row{"Ipv6NoColon",       Family::ipv6, "[::1]443",           ""},
    Row{"Ipv6OtherFamily",   Family::ipv6, "127.0.0.1",          ""},
    // clang-format on
};

class EndpointText : public testing::TestWithParam<Row> {};

TEST_P(EndpointText, IsReadAndWrittenAgain) {
  const Row& row = GetParam();
  const std::optional<Endpoint> found = parse_endpoint(row.family, row.text);
  ASSERT_EQ(found.has_value(), !row.written.empty());
  EXPECT_EQ(found ? format_endpoint(*found) : "", row.written);
}

INSTANTIATE_TEST_SUITE_P(Rows, EndpointText, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(Ipv4Text, FourPartsAreAskedWhereTheyMatter) {
  EXPECT_TRUE(parse_ipv4("1.2.3.4", Ipv4Notation::four_parts).has_value());
  for (const char* const other : {"1.2.3", "0x1.2.3.4", "01.2.3.4", "1.2.3.4 ", "1.2.3.4.5", ""}) {
    EXPECT_FALSE(parse_ipv4(other, Ipv4Notation::four_parts).has_value()) << other;
  }
}

}  // namespace
}  // namespace wsalive::os

// Networks as text: what is read, what is refused, and which addresses are in them.

#include "os/socket/address.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace wsalive::os {
namespace {

Endpoint address(const char* text) {
  const auto four = parse_ipv4(text, Ipv4Notation::four_parts);
  return four ? *four : parse_ipv6(text).value_or(Endpoint{});
}

struct Row {
  std::string_view name;
  std::string_view text;
  std::string_view written;  // As written again; empty: refused.
  const char* inside;
  const char* outside;
};

constexpr std::array kRows{
    // clang-format off
    Row{"OneAddress",      "10.0.0.5",              "10.0.0.5",       "10.0.0.5",            "10.0.0.4"},
    Row{"AllBits",         "10.0.0.5/32",           "10.0.0.5",       "10.0.0.5",            "10.0.0.4"},
    Row{"Octets",          "10.0.0.0/8",            "10.0.0.0/8",     "10.255.1.2",          "11.0.0.0"},
    Row{"InAnOctet",       "192.168.16.0/20",       "192.168.16.0/20", "192.168.31.255",     "192.168.32.0"},
    Row{"HostBitsSaid",    "10.1.2.3/8",            "10.1.2.3/8",     "10.9.9.9",            "12.0.0.1"},
    Row{"AnyIpv4",         "0.0.0.0/0",             "0.0.0.0/0",      "8.8.8.8",             "2001:db8::1"},
    Row{"OfMapped",        "127.0.0.0/8",           "127.0.0.0/8",    "::ffff:127.0.0.1",    "::ffff:128.0.0.1"},
    Row{"MappedIsIpv4",    "::ffff:10.0.0.0/104",   "10.0.0.0/8",     "10.3.2.1",            "11.0.0.1"},
    Row{"MappedAddress",   "::ffff:10.0.0.5",       "10.0.0.5",       "10.0.0.5",            "10.0.0.6"},
    Row{"Ipv6",            "2001:DB8::/32",         "2001:db8::/32",  "2001:db8:ffff::1",    "2001:db9::"},
    Row{"Ipv6Address",     "fd00::5",               "fd00::5",        "fd00::5",             "fd00::6"},
    Row{"AnyIpv6",         "::/0",                  "::/0",           "2001:db8::1",         "10.0.0.5"},
    Row{"TooManyBits",     "10.0.0.0/33",           "",               "",                    ""},
    Row{"TooManyOfIpv6",   "fd00::/129",            "",               "",                    ""},
    Row{"MappedAndMore",   "::ffff:10.0.0.0/80",    "",               "",                    ""},
    Row{"NoBits",          "10.0.0.0/",             "",               "",                    ""},
    Row{"NegativeBits",    "10.0.0.0/-1",           "",               "",                    ""},
    Row{"BitsAndMore",     "10.0.0.0/8x",           "",               "",                    ""},
    Row{"AMask",           "10.0.0.0/255.0.0.0",    "",               "",                    ""},
    Row{"ShortForm",       "10/8",                  "",               "",                    ""},
    Row{"AName",           "db.example/8",          "",               "",                    ""},
    Row{"Empty",           "",                      "",               "",                    ""},
    // clang-format on
};

class NetworkRows : public testing::TestWithParam<Row> {};

TEST_P(NetworkRows, AreReadWrittenAndKnowWhatIsInThem) {
  const Row& row = GetParam();
  const auto network = Network::parse(row.text);
  ASSERT_EQ(network.has_value(), !row.written.empty());
  if (!network) return;
  EXPECT_EQ(network->text(), row.written);
  EXPECT_EQ(Network::parse(network->text()), network);
  EXPECT_TRUE(network->contains(address(row.inside)));
  EXPECT_FALSE(network->contains(address(row.outside)));
}

INSTANTIATE_TEST_SUITE_P(Values, NetworkRows, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

}  // namespace
}  // namespace wsalive::os

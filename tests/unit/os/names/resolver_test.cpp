// The resolver without DNS: numbers, this machine, localhost from the hosts file.
// labels: net

#include "os/names/resolver.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "os/names/net_databases.hpp"
#include "os/socket/address.hpp"

namespace wsalive::os {
namespace {

TEST(FindHost, NumbersNeedNoLookUp) {
  const auto host = find_host({.name = "192.0.2.7", .numeric = true});
  ASSERT_TRUE(host.has_value());
  ASSERT_EQ(host->addresses.size(), 1U);
  EXPECT_EQ(format_address(host->addresses[0]), "192.0.2.7");
  EXPECT_EQ(host->addresses[0].port, 0);
}

TEST(FindHost, NamesAreRefusedWhereNumbersAreAskedFor) {
  EXPECT_EQ(find_host({.name = "localhost", .numeric = true}).error(), WsaError::host_not_found);
}

TEST(FindHost, NothingIsThisMachine) {
  const auto loopback = find_host({.family = Family::ipv4});
  ASSERT_TRUE(loopback.has_value());
  EXPECT_EQ(format_address(loopback->addresses[0]), "127.0.0.1");
  const auto any = find_host({.family = Family::ipv4, .passive = true});
  ASSERT_TRUE(any.has_value());
  EXPECT_EQ(format_address(any->addresses[0]), "0.0.0.0");
}

TEST(FindHost, NoAddressIsGivenTwice) {
  const auto host = find_host({.name = "localhost"});
  ASSERT_TRUE(host.has_value());
  auto texts = std::vector<std::string>{};
  for (const Endpoint& endpoint : host->addresses) texts.push_back(format_address(endpoint));
  std::ranges::sort(texts);
  EXPECT_EQ(std::ranges::adjacent_find(texts), texts.end());
}

TEST(FindHost, TheEmptyNameAndTheOwnNameAreTheInterfaces) {  // K-107
  const auto empty = find_ipv4_host("");
  ASSERT_TRUE(empty.has_value());
  EXPECT_EQ(empty->name, host_name());
  EXPECT_FALSE(empty->addresses.empty());
  const auto named = find_ipv4_host(host_name().c_str());
  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(named->addresses, empty->addresses);
}

TEST(FindNames, NumbersWhereNoNamesAreWanted) {
  const Endpoint endpoint{.family = Family::ipv4, .port = 80, .address = {127, 0, 0, 1}};
  const auto names = find_names(endpoint, {.numeric_host = true, .numeric_service = true});
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(names->host, "127.0.0.1");
  EXPECT_EQ(names->service, "80");
}

TEST(Databases, KnowTheUsualServices) {
  const auto http = service_named("http", "tcp");
  ASSERT_TRUE(http.has_value());
  EXPECT_EQ(http->port, 80);
  EXPECT_EQ(http->protocol, "tcp");
  EXPECT_EQ(service_on(53, "udp")->name, "domain");
  EXPECT_FALSE(service_named("http", "sctp-of-nobody").has_value());
  EXPECT_FALSE(service_named("no-such-service-here", nullptr).has_value());
}

TEST(Databases, OwnTableStandsInForMissingFiles) {  // "epmap" is a Windows service; rvd's name too.
  EXPECT_EQ(service_named("epmap", "tcp")->port, 135);
  EXPECT_EQ(service_named("epmap", nullptr)->port, 135);
  EXPECT_EQ(protocol_named("tcp")->number, 6);
  EXPECT_EQ(protocol_numbered(17)->name, "udp");
  EXPECT_FALSE(protocol_numbered(255 + 1).has_value());
}

}  // namespace
}  // namespace wsalive::os

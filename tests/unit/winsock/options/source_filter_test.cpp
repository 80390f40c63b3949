// labels: net
// Which senders of a multicast group a socket hears: the filters of IPv4 in their two forms, ip_mreq_source
// and GROUP_SOURCE_REQ, by what arrives; and for both families what is refused and changes nothing.

#include <gtest/gtest.h>
#include <winsock2.h>

#include <ws2tcpip.h>

#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr ULONG kGroup = 0x010203ef;          // 239.3.2.1 in memory.
constexpr ULONG kOtherGroup = 0x020203ef;     // 239.3.2.2
constexpr ULONG kFirst = 0x0200007f;          // 127.0.0.2
constexpr ULONG kSecond = 0x0300007f;         // 127.0.0.3
constexpr ULONG kLoopback = 0x0100007f;       // 127.0.0.1
constexpr ULONG kLoopbackIndex = 0x01000000;  // 0.0.0.1: the first interface.

sockaddr_in at(ULONG address, u_short port = 0) {
  sockaddr_in made = loopback(port);
  made.sin_addr.s_addr = address;
  return made;
}

template <typename T>
int error_of(SOCKET s, int level, int option, const T& value, int size = sizeof(T)) {
  const char* const bytes = reinterpret_cast<const char*>(&value);
  return setsockopt(s, level, option, bytes, size) == 0 ? 0 : WSAGetLastError();
}

/// How a program writes group, sender and interface down.
enum class Form : std::uint8_t { by_address, by_index, group_source };

struct Names {
  int join;
  int leave;
  int block;
  int unblock;
};

constexpr Names kOld{IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP, IP_BLOCK_SOURCE,
                     IP_UNBLOCK_SOURCE};
constexpr Names kNew{MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP, MCAST_BLOCK_SOURCE,
                     MCAST_UNBLOCK_SOURCE};

class SourceFilter : public testing::TestWithParam<Form> {
 protected:
  SourceFilter() : listener_(udp()), first_(udp()), second_(udp()) {
    EXPECT_EQ(bind_to(listener_, at(0)), 0);
    EXPECT_EQ(bind_to(first_, at(kFirst)), 0);
    EXPECT_EQ(bind_to(second_, at(kSecond)), 0);
    const DWORD wait = 5000;
    EXPECT_EQ(error_of(listener_, SOL_SOCKET, SO_RCVTIMEO, wait), 0);
    for (const SOCKET each : {first_.get(), second_.get()}) {
      EXPECT_EQ(error_of(each, IPPROTO_IP, IP_MULTICAST_IF, kLoopback), 0);
    }
  }

  [[nodiscard]] static Names names() { return GetParam() == Form::group_source ? kNew : kOld; }

  /// The error of one of `names()`; 0 for success.
  [[nodiscard]] int filter(int option, ULONG source, ULONG group = kGroup) const {
    if (GetParam() == Form::group_source) {
      GROUP_SOURCE_REQ asked{};
      asked.gsr_interface = 1;
      reinterpret_cast<sockaddr_in&>(asked.gsr_group) = at(group);
      reinterpret_cast<sockaddr_in&>(asked.gsr_source) = at(source);
      return error_of(listener_, IPPROTO_IP, option, asked);
    }
    ip_mreq_source asked{};
    asked.imr_multiaddr.s_addr = group;
    asked.imr_sourceaddr.s_addr = source;
    asked.imr_interface.s_addr = GetParam() == Form::by_index ? kLoopbackIndex : kLoopback;
    return error_of(listener_, IPPROTO_IP, option, asked);
  }

  [[nodiscard]] int join_all() const {
    ip_mreq asked{};
    asked.imr_multiaddr.s_addr = kGroup;
    asked.imr_interface.s_addr = kLoopback;
    return error_of(listener_, IPPROTO_IP, IP_ADD_MEMBERSHIP, asked);
  }

  /// Which of the two senders are heard: both tell the group, then one tells the listener alone.
  [[nodiscard]] std::string heard() const {
    const u_short port = name_of(listener_).sin_port;
    tell(first_, '1', at(kGroup, port));
    tell(second_, '2', at(kGroup, port));
    tell(first_, '.', at(kLoopback, port));
    std::string all;
    for (char byte = 0; byte != '.'; all += byte) {
      if (recv(listener_, &byte, 1, 0) != 1)
        return all + " error " + std::to_string(WSAGetLastError());
    }
    return all;
  }

  static void tell(SOCKET from, char what, const sockaddr_in& to) {
    EXPECT_EQ(sendto(from, &what, 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to), 1)
        << WSAGetLastError();
  }

  Winsock winsock_;
  Own listener_;
  Own first_;
  Own second_;
};

TEST_P(SourceFilter, ABlockedSourceIsNotHeardUntilItIsUnblocked) {
  ASSERT_EQ(join_all(), 0);
  EXPECT_EQ(heard(), "12.");
  EXPECT_EQ(filter(names().block, kFirst), 0);
  EXPECT_EQ(heard(), "2.");
  EXPECT_EQ(filter(names().block, kSecond), 0);
  EXPECT_EQ(heard(), ".");
  EXPECT_EQ(filter(names().unblock, kFirst), 0);
  EXPECT_EQ(heard(), "1.");
  EXPECT_EQ(filter(names().unblock, kSecond), 0);
  EXPECT_EQ(heard(), "12.");
}

TEST_P(SourceFilter, ASourceThatIsJoinedIsHeardAloneUntilItIsLeft) {
  ASSERT_EQ(filter(names().join, kSecond), 0);
  EXPECT_EQ(heard(), "2.");
  EXPECT_EQ(filter(names().join, kFirst), 0);
  EXPECT_EQ(heard(), "12.");
  EXPECT_EQ(filter(names().leave, kSecond), 0);
  EXPECT_EQ(heard(), "1.");
  EXPECT_EQ(filter(names().leave, kFirst), 0);
  EXPECT_EQ(filter(names().leave, kFirst), WSAEINVAL);  // The last source was the membership.
}

TEST_P(SourceFilter, WhatWasBlockedOrUnblockedAlreadyIsRefused) {
  ASSERT_EQ(join_all(), 0);
  EXPECT_EQ(filter(names().unblock, kFirst), WSAEADDRNOTAVAIL);
  EXPECT_EQ(heard(), "12.");
  ASSERT_EQ(filter(names().block, kFirst), 0);
  EXPECT_EQ(filter(names().block, kFirst), WSAEADDRNOTAVAIL);
  EXPECT_EQ(filter(names().unblock, kSecond), WSAEADDRNOTAVAIL);
  EXPECT_EQ(heard(), "2.");
}

TEST_P(SourceFilter, NeedsAMembershipOfItsOwnKind) {
  EXPECT_EQ(filter(names().block, kFirst), WSAEINVAL);
  ASSERT_EQ(filter(names().join, kFirst), 0);
  EXPECT_EQ(filter(names().join, kFirst), WSAEADDRNOTAVAIL);
  EXPECT_EQ(filter(names().block, kFirst), WSAEINVAL);
  EXPECT_EQ(filter(names().unblock, kFirst), WSAEINVAL);
  EXPECT_EQ(filter(names().leave, kSecond), WSAEADDRNOTAVAIL);
  EXPECT_EQ(filter(names().leave, kFirst, kOtherGroup), WSAEINVAL);
  EXPECT_EQ(heard(), "1.");
}

std::string name_of_form(const testing::TestParamInfo<Form>& form) {
  constexpr std::array kNames{"ByAddress", "ByIndex", "GroupSource"};
  return kNames.at(static_cast<std::size_t>(form.param));
}

INSTANTIATE_TEST_SUITE_P(Forms, SourceFilter,
                         testing::Values(Form::by_address, Form::by_index, Form::group_source),
                         name_of_form);

// -- what every filter refuses ---------------------------------------------------------------------

struct FilterRow {
  std::string_view name;
  int family;
  int option;
  int size;

  [[nodiscard]] int level() const {
    return family == AF_INET ? int{IPPROTO_IP} : int{IPPROTO_IPV6};
  }
  friend void PrintTo(const FilterRow& row, std::ostream* out) { *out << row.name; }
};

constexpr int kOldSize = sizeof(ip_mreq_source);
constexpr int kNewSize = sizeof(GROUP_SOURCE_REQ);

constexpr std::array kFilters{
    // clang-format off
    FilterRow{"Add",      AF_INET,  IP_ADD_SOURCE_MEMBERSHIP,  kOldSize},
    FilterRow{"Drop",     AF_INET,  IP_DROP_SOURCE_MEMBERSHIP, kOldSize},
    FilterRow{"Block",    AF_INET,  IP_BLOCK_SOURCE,           kOldSize},
    FilterRow{"Unblock",  AF_INET,  IP_UNBLOCK_SOURCE,         kOldSize},
    FilterRow{"Join4",    AF_INET,  MCAST_JOIN_SOURCE_GROUP,   kNewSize},
    FilterRow{"Leave4",   AF_INET,  MCAST_LEAVE_SOURCE_GROUP,  kNewSize},
    FilterRow{"Block4",   AF_INET,  MCAST_BLOCK_SOURCE,        kNewSize},
    FilterRow{"Unblock4", AF_INET,  MCAST_UNBLOCK_SOURCE,      kNewSize},
    FilterRow{"Join6",    AF_INET6, MCAST_JOIN_SOURCE_GROUP,   kNewSize},
    FilterRow{"Leave6",   AF_INET6, MCAST_LEAVE_SOURCE_GROUP,  kNewSize},
    FilterRow{"Block6",   AF_INET6, MCAST_BLOCK_SOURCE,        kNewSize},
    FilterRow{"Unblock6", AF_INET6, MCAST_UNBLOCK_SOURCE,      kNewSize},
    // clang-format on
};

class FilterOption : public testing::TestWithParam<FilterRow> {
 protected:
  void SetUp() override {
    messages_ = Own{socket(GetParam().family, SOCK_DGRAM, 0)};
    if (messages_ == INVALID_SOCKET) GTEST_SKIP() << "no IPv6";
  }

  Winsock winsock_;
  Own messages_;
  std::array<char, 512> zeros_{};
};

TEST_P(FilterOption, FaultsOnAShortStructureAndOnABadPointer) {  // K-26
  const FilterRow& row = GetParam();
  for (const int size : {-1, 0, 4, row.size - 1}) {
    EXPECT_EQ(error_of(messages_, row.level(), row.option, zeros_, size), WSAEFAULT) << size;
  }
  EXPECT_TRUE(
      fails_with(setsockopt(messages_, row.level(), row.option, nullptr, row.size), WSAEFAULT));
}

TEST_P(FilterOption, IsNotReadAndNotOfAStreamOrTheOtherFamily) {  // K-25
  const FilterRow& row = GetParam();
  int size = static_cast<int>(zeros_.size());
  EXPECT_TRUE(fails_with(getsockopt(messages_, row.level(), row.option, zeros_.data(), &size),
                         WSAENOPROTOOPT));
  EXPECT_EQ(size, static_cast<int>(zeros_.size()));
  const Own stream{socket(row.family, SOCK_STREAM, 0)};
  EXPECT_EQ(error_of(stream, row.level(), row.option, zeros_), WSAENOPROTOOPT);
  const Own other{socket(row.family == AF_INET ? AF_INET6 : AF_INET, SOCK_DGRAM, 0)};
  if (other == INVALID_SOCKET) GTEST_SKIP() << "no IPv6";
  EXPECT_EQ(error_of(other, row.level(), row.option, zeros_), WSAENOPROTOOPT);
}

TEST_P(FilterOption, RefusesAnUnknownFamilyOfAddresses) {
  const FilterRow& row = GetParam();
  if (row.size != kNewSize) return;  // The old structure has no family.
  GROUP_SOURCE_REQ asked{};
  asked.gsr_interface = 1;
  const auto family = static_cast<ADDRESS_FAMILY>(row.family);
  asked.gsr_group.ss_family = family;
  asked.gsr_source.ss_family = 99;
  EXPECT_EQ(error_of(messages_, row.level(), row.option, asked), WSAEINVAL);
  asked.gsr_group.ss_family = 99;
  asked.gsr_source.ss_family = family;
  EXPECT_EQ(error_of(messages_, row.level(), row.option, asked), WSAEINVAL);
}

INSTANTIATE_TEST_SUITE_P(Rows, FilterOption, testing::ValuesIn(kFilters),
                         [](const auto& row) { return std::string{row.param.name}; });

// -- IPv6, whose multicast does not go over the loopback ---------------------------------------------

TEST(SourceFilterOfIpv6, JoinsBlocksAndRefusesAsThatOfIpv4) {
  const Winsock winsock;
  const Own listener{socket(AF_INET6, SOCK_DGRAM, 0)};
  GROUP_SOURCE_REQ asked{};
  asked.gsr_interface = 1;
  auto& group = reinterpret_cast<sockaddr_in6&>(asked.gsr_group);
  auto& source = reinterpret_cast<sockaddr_in6&>(asked.gsr_source);
  group.sin6_family = source.sin6_family = AF_INET6;
  ASSERT_EQ(inet_pton(AF_INET6, "ff01::77", &group.sin6_addr), 1);
  ASSERT_EQ(inet_pton(AF_INET6, "::1", &source.sin6_addr), 1);
  const auto filter = [&](int option) { return error_of(listener, IPPROTO_IPV6, option, asked); };
  GROUP_REQ all{};
  all.gr_interface = 1;
  all.gr_group = asked.gsr_group;
  if (error_of(listener, IPPROTO_IPV6, MCAST_JOIN_GROUP, all) != 0) GTEST_SKIP() << "no IPv6";
  EXPECT_EQ(filter(MCAST_UNBLOCK_SOURCE), WSAEADDRNOTAVAIL);
  EXPECT_EQ(filter(MCAST_BLOCK_SOURCE), 0);
  EXPECT_EQ(filter(MCAST_BLOCK_SOURCE), WSAEADDRNOTAVAIL);
  EXPECT_EQ(filter(MCAST_UNBLOCK_SOURCE), 0);
  EXPECT_EQ(filter(MCAST_UNBLOCK_SOURCE), WSAEADDRNOTAVAIL);
  ASSERT_EQ(error_of(listener, IPPROTO_IPV6, MCAST_LEAVE_GROUP, all), 0);
  EXPECT_EQ(filter(MCAST_BLOCK_SOURCE), WSAEINVAL);
  EXPECT_EQ(filter(MCAST_JOIN_SOURCE_GROUP), 0);
  EXPECT_EQ(filter(MCAST_JOIN_SOURCE_GROUP), WSAEADDRNOTAVAIL);
  EXPECT_EQ(filter(MCAST_BLOCK_SOURCE), WSAEINVAL);
  EXPECT_EQ(filter(MCAST_LEAVE_SOURCE_GROUP), 0);
  EXPECT_EQ(filter(MCAST_LEAVE_SOURCE_GROUP), WSAEINVAL);
}

}  // namespace
}  // namespace wsalive::test

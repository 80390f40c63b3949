// WSAEnumProtocols: the catalog, filters, and the ways to ask for the length.

#include <winsock2.h>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "support/pages.hpp"
#include "support/started.hpp"
#include "winsock/names/protocol_catalog.hpp"

namespace wsalive::test {
namespace {

using winsock::kProtocols;

template <typename Info>
std::vector<Info> all_protocols(int* list, int (*enumerate)(LPINT, Info*, LPDWORD)) {
  std::vector<Info> infos(kProtocols.size());
  auto length = static_cast<DWORD>(infos.size() * sizeof(Info));
  const int count = enumerate(list, infos.data(), &length);
  EXPECT_EQ(length, static_cast<DWORD>(count) * sizeof(Info));
  infos.resize(static_cast<std::size_t>(count));
  return infos;
}

TEST(EnumProtocols, ListsTcpUdpAndRawOverBothFamilies) {
  const Started started;
  const auto narrow = all_protocols(nullptr, WSAEnumProtocolsA);
  const auto wide = all_protocols(nullptr, WSAEnumProtocolsW);
  ASSERT_EQ(narrow.size(), kProtocols.size());
  ASSERT_EQ(wide.size(), kProtocols.size());
  for (std::size_t at = 0; at < narrow.size(); ++at) {
    const std::string name = narrow[at].szProtocol;
    EXPECT_EQ(name, kProtocols[at].name);
    EXPECT_EQ(std::wstring(name.begin(), name.end()), wide[at].szProtocol);
    EXPECT_EQ(narrow[at].iAddressFamily, wide[at].iAddressFamily);
    EXPECT_EQ(narrow[at].iMaxSockAddr, narrow[at].iAddressFamily == AF_INET ? 16 : 28);
    EXPECT_EQ(narrow[at].dwMessageSize == 0, narrow[at].iSocketType == SOCK_STREAM);
  }
  EXPECT_EQ(narrow[0].dwServiceFlags1, 0x20066U);
  EXPECT_EQ(narrow[1].dwServiceFlags1, 0x20609U);
}

TEST(EnumProtocols, AListNamesTheProtocolsWanted) {
  const Started started;
  std::array<int, 2> tcp{IPPROTO_TCP, 0};
  for (const WSAPROTOCOL_INFOA& info : all_protocols(tcp.data(), WSAEnumProtocolsA)) {
    EXPECT_EQ(info.iProtocol, IPPROTO_TCP);
  }
  EXPECT_EQ(all_protocols(tcp.data(), WSAEnumProtocolsA).size(), 2U);
  std::array<int, 2> unknown{77, 0};
  EXPECT_TRUE(all_protocols(unknown.data(), WSAEnumProtocolsA).empty());
}

TEST(EnumProtocols, AShortBufferLearnsTheLengthAndGetsNothing) {
  const Started started;
  constexpr DWORD kNeeded = kProtocols.size() * sizeof(WSAPROTOCOL_INFOA);
  WSAPROTOCOL_INFOA info{};
  info.iVersion = -7;
  for (WSAPROTOCOL_INFOA* const place : {&info, static_cast<WSAPROTOCOL_INFOA*>(nullptr)}) {
    DWORD length = sizeof info;
    EXPECT_EQ(WSAEnumProtocolsA(nullptr, place, &length), SOCKET_ERROR);
    EXPECT_EQ(last_error(), WSAENOBUFS);
    EXPECT_EQ(length, kNeeded);
  }
  EXPECT_EQ(info.iVersion, -7);
}

TEST(EnumProtocols, RefusesBadPointersAndCallsBeforeStartUp) {  // K-20, K-26
  const Pages pages;
  std::vector<WSAPROTOCOL_INFOA> infos(kProtocols.size());
  auto length = static_cast<DWORD>(infos.size() * sizeof infos[0]);
  const DWORD whole = length;
  EXPECT_EQ(WSAEnumProtocolsA(nullptr, infos.data(), &length), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSANOTINITIALISED);

  const Started started;
  const auto refuse = [](int* list, void* place, DWORD* room) {
    set_last_error(0);
    EXPECT_EQ(WSAEnumProtocolsA(list, static_cast<LPWSAPROTOCOL_INFOA>(place), room), SOCKET_ERROR);
    EXPECT_EQ(last_error(), WSAEFAULT);
  };
  refuse(nullptr, infos.data(), nullptr);
  refuse(nullptr, infos.data(), reinterpret_cast<DWORD*>(pages.absent()));
  refuse(nullptr, pages.read_only(), &length);
  refuse(reinterpret_cast<int*>(pages.absent()), infos.data(), &length);
  EXPECT_EQ(length, whole);
}

TEST(ProtocolRow, IsFoundByFamilyAndType) {
  EXPECT_EQ(winsock::protocol_row(AF_INET6, SOCK_DGRAM)->protocol, IPPROTO_UDP);
  EXPECT_EQ(winsock::protocol_row(AF_UNIX, SOCK_STREAM), nullptr);
}

}  // namespace
}  // namespace wsalive::test

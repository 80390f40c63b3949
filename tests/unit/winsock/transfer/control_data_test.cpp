// labels: net
// WSARecvMsg and WSASendMsg: control data both ways, the flags, what is cut, and errors in their order.

#include <winsock2.h>

#include <mswsock.h>
#include <windows.h>
#include <ws2tcpip.h>

#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

LPFN_WSARECVMSG recv_msg(SOCKET s) {
  GUID id = WSAID_WSARECVMSG;
  LPFN_WSARECVMSG function = nullptr;
  DWORD bytes = 0;
  EXPECT_EQ(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function,
                     sizeof function, &bytes, nullptr, nullptr),
            0);
  return function;
}

/// A WSAMSG with its buffers.
struct Message {
  explicit Message(std::size_t room = 64, std::size_t control_room = 256)
      : text(room, '\0'), control(control_room) {
    buffer = {static_cast<ULONG>(room), text.data()};
    renew();
  }
  void renew() {
    header = {};
    header.name = reinterpret_cast<sockaddr*>(&from);
    header.namelen = sizeof from;
    header.lpBuffers = &buffer;
    header.dwBufferCount = 1;
    header.Control = {static_cast<ULONG>(control.size()), control.data()};
  }
  [[nodiscard]] const WSACMSGHDR* find(int level, int type) {
    for (auto* each = WSA_CMSG_FIRSTHDR(&header); each; each = WSA_CMSG_NXTHDR(&header, each)) {
      if (each->cmsg_level == level && each->cmsg_type == type) return each;
    }
    return nullptr;
  }
  template <typename T>
  [[nodiscard]] std::optional<T> value(int level, int type) {
    const WSACMSGHDR* const found = find(level, type);
    if (!found || found->cmsg_len != WSA_CMSG_LEN(sizeof(T))) return std::nullopt;
    T copy;
    std::memcpy(&copy, WSA_CMSG_DATA(found), sizeof copy);
    return copy;
  }
  template <typename T>
  void add(int level, int type, const T& value) {
    const WSACMSGHDR head{WSA_CMSG_LEN(sizeof value), level, type};
    std::vector<char> bytes(WSA_CMSG_SPACE(sizeof value));
    std::memcpy(bytes.data(), &head, sizeof head);
    std::memcpy(bytes.data() + WSA_CMSG_LEN(0), &value, sizeof value);
    sent.insert(sent.end(), bytes.begin(), bytes.end());
    header.Control = {static_cast<ULONG>(sent.size()), sent.data()};
  }

  WSAMSG header{};
  WSABUF buffer{};
  sockaddr_storage from{};
  std::string text;
  std::vector<char> control;
  std::vector<char> sent;
};

sockaddr_in6 loopback6() {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr.s6_addr[15] = 1;
  return address;
}

class Messages : public testing::Test {
 protected:
  Messages() : server_(udp()), client_(udp()) {
    EXPECT_EQ(bind_to(server_, any()), 0);
    EXPECT_EQ(bind_to(client_, loopback()), 0);
    receive_ = recv_msg(server_);
    const DWORD wait = 5000;
    EXPECT_EQ(setsockopt(server_, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&wait),
                         sizeof wait),
              0);
  }
  static sockaddr_in any() {
    sockaddr_in address = loopback();
    address.sin_addr.s_addr = 0;
    return address;
  }
  static int turn(SOCKET s, int level, int option, DWORD on = 1) {
    return setsockopt(s, level, option, reinterpret_cast<const char*>(&on), sizeof on);
  }
  [[nodiscard]] sockaddr_in to(const char* address) const {
    sockaddr_in there = loopback(name_of(server_).sin_port);
    EXPECT_EQ(inet_pton(AF_INET, address, &there.sin_addr), 1);
    return there;
  }
  void tell(const char* text, const char* address = "127.0.0.1") {
    const sockaddr_in there = to(address);
    const int size = static_cast<int>(std::strlen(text));
    EXPECT_EQ(
        sendto(client_, text, size, 0, reinterpret_cast<const sockaddr*>(&there), sizeof there),
        size)
        << WSAGetLastError();
  }
  int receive(Message& message, DWORD& bytes) {
    return receive_(server_, &message.header, &bytes, nullptr, nullptr);
  }

  Winsock winsock_;
  Own server_;
  Own client_;
  LPFN_WSARECVMSG receive_ = nullptr;
};

TEST_F(Messages, ControlDataComesAsItWasAskedFor) {
  const DWORD tos = 0x28 | 1;  // A class, and the first congestion bit.
  ASSERT_EQ(turn(client_, IPPROTO_IP, IP_TTL, 33), 0);
  ASSERT_EQ(turn(client_, IPPROTO_IP, IP_TOS, tos), 0);
  for (const int option : {IP_PKTINFO, IP_RECVTTL, IP_RECVTOS, IP_ECN}) {
    ASSERT_EQ(turn(server_, IPPROTO_IP, option), 0) << option << ' ' << WSAGetLastError();
  }
  tell("hello", "127.0.0.5");
  Message message;
  DWORD bytes = 0;
  ASSERT_EQ(receive(message, bytes), 0) << WSAGetLastError();
  EXPECT_EQ(bytes, 5U);
  EXPECT_EQ(message.text.substr(0, 5), "hello");
  EXPECT_EQ(message.header.namelen, static_cast<INT>(sizeof(sockaddr_in)));
  EXPECT_EQ(message.from.ss_family, AF_INET);
  EXPECT_EQ(message.header.dwFlags, 0U);
  const auto info = message.value<IN_PKTINFO>(IPPROTO_IP, IP_PKTINFO);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->ipi_addr.s_addr, to("127.0.0.5").sin_addr.s_addr);
  EXPECT_NE(info->ipi_ifindex, 0U);
  EXPECT_EQ(message.value<INT>(IPPROTO_IP, IP_TTL), 33);
  EXPECT_EQ(message.value<INT>(IPPROTO_IP, IP_TOS), 0x29);
  EXPECT_EQ(message.value<INT>(IPPROTO_IP, IP_ECN), 1);
}

TEST_F(Messages, NothingComesThatWasNotAskedFor) {
  tell("x");
  Message message;
  DWORD bytes = 0;
  ASSERT_EQ(receive(message, bytes), 0);
  EXPECT_EQ(message.header.Control.len, 0U);
  // The congestion bits alone, which Linux gives as a part of the type of service.
  ASSERT_EQ(turn(server_, IPPROTO_IP, IP_ECN), 0);
  tell("x");
  message.renew();
  ASSERT_EQ(receive(message, bytes), 0);
  EXPECT_EQ(message.header.Control.len, WSA_CMSG_SPACE(sizeof(INT)));
  EXPECT_TRUE(message.find(IPPROTO_IP, IP_ECN));
}

TEST_F(Messages, SwitchesReadAsTheyWereSet) {
  for (const int option : {IP_PKTINFO, IP_RECVTTL, IP_RECVTOS, IP_ECN}) {
    for (const DWORD value : {0U, 1U, 0U}) {
      ASSERT_EQ(turn(server_, IPPROTO_IP, option, value), 0) << option;
      DWORD reads = 7;
      int size = sizeof reads;
      ASSERT_EQ(getsockopt(server_, IPPROTO_IP, option, reinterpret_cast<char*>(&reads), &size), 0);
      EXPECT_EQ(reads, value) << option;
    }
  }
  const Own stream = tcp();
  EXPECT_TRUE(fails_with(turn(stream, IPPROTO_IP, IP_PKTINFO), WSAENOPROTOOPT));
  EXPECT_TRUE(fails_with(turn(server_, IPPROTO_IPV6, IPV6_PKTINFO), WSAENOPROTOOPT));
}

TEST(MessagesOfOlderWindows, KnowNoCongestionBits) {
  const Winsock winsock{"win10-21h1"};
  const Own socket = udp();
  const DWORD on = 1;
  EXPECT_TRUE(fails_with(
      setsockopt(socket, IPPROTO_IP, IP_ECN, reinterpret_cast<const char*>(&on), sizeof on),
      WSAENOPROTOOPT));
}

TEST_F(Messages, WhatDoesNotFitIsCut) {
  ASSERT_EQ(turn(server_, IPPROTO_IP, IP_PKTINFO), 0);
  ASSERT_EQ(turn(server_, IPPROTO_IP, IP_RECVTTL), 0);
  tell("0123456789");
  Message little{4};
  DWORD bytes = 0;
  EXPECT_TRUE(fails_with(receive(little, bytes), WSAEMSGSIZE));
  EXPECT_EQ(bytes, 4U);
  EXPECT_EQ(little.text, "0123");
  EXPECT_EQ(little.header.dwFlags, static_cast<ULONG>(MSG_TRUNC));
  EXPECT_TRUE(little.find(IPPROTO_IP, IP_PKTINFO));

  tell("0123456789");
  Message narrow{64, WSA_CMSG_SPACE(sizeof(IN_PKTINFO))};
  EXPECT_TRUE(fails_with(receive(narrow, bytes), WSAEMSGSIZE));
  EXPECT_EQ(bytes, 10U);
  EXPECT_EQ(narrow.header.dwFlags, static_cast<ULONG>(MSG_CTRUNC));
  EXPECT_EQ(narrow.header.Control.len, WSA_CMSG_SPACE(sizeof(IN_PKTINFO)));  // A whole item.

  tell("0123456789");
  Message none{64, 0};
  EXPECT_TRUE(fails_with(receive(none, bytes), WSAEMSGSIZE));
  EXPECT_EQ(none.header.dwFlags, static_cast<ULONG>(MSG_CTRUNC));
}

TEST_F(Messages, FlagsTellOfBroadcastAndMulticast) {
  ASSERT_EQ(turn(client_, SOL_SOCKET, SO_BROADCAST), 0);
  Message message;
  DWORD bytes = 0;
  tell("all", "127.255.255.255");
  ASSERT_EQ(receive(message, bytes), 0) << WSAGetLastError();  // The first call of all.
  EXPECT_EQ(message.header.dwFlags, static_cast<ULONG>(MSG_BCAST));
  EXPECT_EQ(message.header.Control.len, 0U);

  ip_mreq group{};
  group.imr_interface.s_addr = loopback().sin_addr.s_addr;
  ASSERT_EQ(inet_pton(AF_INET, "239.1.2.3", &group.imr_multiaddr), 1);
  ASSERT_EQ(setsockopt(server_, IPPROTO_IP, IP_ADD_MEMBERSHIP,
                       reinterpret_cast<const char*>(&group), sizeof group),
            0);
  ASSERT_EQ(
      setsockopt(client_, IPPROTO_IP, IP_MULTICAST_IF,
                 reinterpret_cast<const char*>(&group.imr_interface), sizeof group.imr_interface),
      0);
  tell("some", "239.1.2.3");
  message.renew();
  ASSERT_EQ(receive(message, bytes), 0) << WSAGetLastError();
  EXPECT_EQ(message.header.dwFlags, static_cast<ULONG>(MSG_MCAST));
}

TEST_F(Messages, PeekLeavesTheMessage) {
  tell("twice");
  Message message;
  DWORD bytes = 0;
  message.header.dwFlags = MSG_PEEK;
  ASSERT_EQ(receive(message, bytes), 0);
  message.renew();
  ASSERT_EQ(receive(message, bytes), 0);
  EXPECT_EQ(bytes, 5U);
}

TEST_F(Messages, AnAnswerLeavesFromTheAddressThatWasAsked) {
  ASSERT_EQ(turn(server_, IPPROTO_IP, IP_PKTINFO), 0);
  tell("where?", "127.0.0.7");
  Message asked;
  DWORD bytes = 0;
  ASSERT_EQ(receive(asked, bytes), 0);

  Message answer;
  answer.header.name = reinterpret_cast<sockaddr*>(&asked.from);
  answer.header.namelen = asked.header.namelen;
  answer.text = "here";
  answer.buffer = {4, answer.text.data()};
  answer.header.Control = asked.header.Control;  // As it came.
  ASSERT_EQ(WSASendMsg(server_, &answer.header, 0, &bytes, nullptr, nullptr), 0)
      << WSAGetLastError();
  EXPECT_EQ(bytes, 4U);
  sockaddr_in from{};
  int size = sizeof from;
  std::array<char, 16> text{};
  ASSERT_EQ(
      recvfrom(client_, text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&from), &size), 4);
  EXPECT_EQ(from.sin_addr.s_addr, to("127.0.0.7").sin_addr.s_addr);
}

TEST_F(Messages, SentHeaderValuesArrive) {
  for (const int option : {IP_RECVTTL, IP_RECVTOS}) {
    ASSERT_EQ(turn(server_, IPPROTO_IP, option), 0);
  }
  ASSERT_EQ(turn(client_, IPPROTO_IP, IP_TOS, 0x50), 0);
  sockaddr_in there = to("127.0.0.1");
  Message out;
  out.header.name = reinterpret_cast<sockaddr*>(&there);
  out.header.namelen = sizeof there;
  out.add(IPPROTO_IP, IP_TTL, INT{5});
  out.add(IPPROTO_IP, IP_ECN, INT{2});
  DWORD bytes = 0;
  ASSERT_EQ(WSASendMsg(client_, &out.header, 0, &bytes, nullptr, nullptr), 0) << WSAGetLastError();
  Message in;
  ASSERT_EQ(receive(in, bytes), 0);
  EXPECT_EQ(in.value<INT>(IPPROTO_IP, IP_TTL), 5);
  EXPECT_EQ(in.value<INT>(IPPROTO_IP, IP_TOS), 0x52);  // The socket's own class stays.
}

TEST_F(Messages, OfIpv6HaveTheirOwnKinds) {
  const Own server{socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP)};
  sockaddr_in6 here = loopback6();
  if (bind(server, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0) GTEST_SKIP() << "no IPv6";
  int size = sizeof here;
  ASSERT_EQ(getsockname(server, reinterpret_cast<sockaddr*>(&here), &size), 0);
  for (const int option : {IPV6_PKTINFO, IPV6_HOPLIMIT, IPV6_RECVTCLASS, IPV6_ECN}) {
    ASSERT_EQ(turn(server, IPPROTO_IPV6, option), 0) << option;
  }
  const Own client{socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP)};
  Message out;
  out.header.name = reinterpret_cast<sockaddr*>(&here);
  out.header.namelen = sizeof here;
  out.add(IPPROTO_IPV6, IPV6_HOPLIMIT, INT{9});
  out.add(IPPROTO_IPV6, IPV6_TCLASS, INT{0x60});
  out.add(IPPROTO_IPV6, IPV6_ECN, INT{3});
  DWORD bytes = 0;
  ASSERT_EQ(WSASendMsg(client, &out.header, 0, &bytes, nullptr, nullptr), 0) << WSAGetLastError();
  Message in;
  ASSERT_EQ(receive_(server, &in.header, &bytes, nullptr, nullptr), 0) << WSAGetLastError();
  EXPECT_EQ(in.header.namelen, static_cast<INT>(sizeof(sockaddr_in6)));
  const auto info = in.value<IN6_PKTINFO>(IPPROTO_IPV6, IPV6_PKTINFO);
  ASSERT_TRUE(info);
  EXPECT_EQ(std::memcmp(&info->ipi6_addr, &here.sin6_addr, sizeof here.sin6_addr), 0);
  EXPECT_EQ(in.value<INT>(IPPROTO_IPV6, IPV6_HOPLIMIT), 9);
  EXPECT_EQ(in.value<INT>(IPPROTO_IPV6, IPV6_TCLASS), 0x63);
  EXPECT_EQ(in.value<INT>(IPPROTO_IPV6, IPV6_ECN), 3);
}

TEST_F(Messages, OfIpv4ToAnIpv6SocketHaveIpv4sForm) {
  const Own both{socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP)};
  ASSERT_EQ(turn(both, IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
  sockaddr_in6 here{};
  here.sin6_family = AF_INET6;
  if (bind(both, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0) GTEST_SKIP() << "no IPv6";
  int size = sizeof here;
  ASSERT_EQ(getsockname(both, reinterpret_cast<sockaddr*>(&here), &size), 0);
  ASSERT_EQ(turn(both, IPPROTO_IP, IP_PKTINFO), 0);
  ASSERT_EQ(turn(both, IPPROTO_IPV6, IPV6_PKTINFO), 0);
  const sockaddr_in there = loopback(here.sin6_port);
  ASSERT_EQ(sendto(client_, "4", 1, 0, reinterpret_cast<const sockaddr*>(&there), sizeof there), 1);
  Message in;
  DWORD bytes = 0;
  ASSERT_EQ(receive_(both, &in.header, &bytes, nullptr, nullptr), 0) << WSAGetLastError();
  EXPECT_TRUE(in.find(IPPROTO_IP, IP_PKTINFO));
  EXPECT_FALSE(in.find(IPPROTO_IPV6, IPV6_PKTINFO));
}

TEST_F(Messages, ErrorsComeInTheirOrder) {
  DWORD bytes = 77;
  Message message;
  EXPECT_TRUE(
      fails_with(receive_(INVALID_SOCKET, nullptr, nullptr, nullptr, nullptr), WSAENOTSOCK));
  EXPECT_TRUE(fails_with(receive_(server_, nullptr, &bytes, nullptr, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(receive_(server_, &message.header, nullptr, nullptr, nullptr), WSAEFAULT));
  Pair pair = connected_pair();
  EXPECT_TRUE(fails_with(receive_(pair.client, nullptr, &bytes, nullptr, nullptr), WSAEFAULT));
  EXPECT_TRUE(
      fails_with(receive_(pair.client, &message.header, &bytes, nullptr, nullptr), WSAEINVAL));
  EXPECT_TRUE(
      fails_with(WSASendMsg(pair.client, &message.header, 0, &bytes, nullptr, nullptr), WSAEINVAL));
  message.header.dwFlags = MSG_TRUNC;
  EXPECT_TRUE(fails_with(receive(message, bytes), WSAEOPNOTSUPP));
  message.renew();
  message.header.Control.buf = nullptr;
  EXPECT_TRUE(fails_with(receive(message, bytes), WSAEFAULT));
  message.renew();
  message.header.namelen = 3;
  EXPECT_TRUE(fails_with(receive(message, bytes), WSAEFAULT));
  message.renew();
  const Own unbound = udp();
  EXPECT_TRUE(fails_with(receive_(unbound, &message.header, &bytes, nullptr, nullptr), WSAEINVAL));
  EXPECT_EQ(bytes, 77U);
  // None of them has taken a message.
  tell("still");
  ASSERT_EQ(receive(message, bytes), 0);
  EXPECT_EQ(bytes, 5U);
}

TEST_F(Messages, MalformedControlDataIsRefusedAndNothingIsSent) {
  sockaddr_in there = to("127.0.0.1");
  DWORD bytes = 77;
  const auto send_with = [&](Message& out) {
    out.header.name = reinterpret_cast<sockaddr*>(&there);
    out.header.namelen = sizeof there;
    return WSASendMsg(client_, &out.header, 0, &bytes, nullptr, nullptr);
  };
  struct Bad {
    int level;
    int type;
    SIZE_T length;
  };
  for (const Bad& bad :
       {Bad{IPPROTO_IP, IP_TTL, 8}, Bad{IPPROTO_IP, IP_TTL, 19}, Bad{IPPROTO_IP, IP_TTL, 1000},
        Bad{IPPROTO_IP, IP_TTL, ~SIZE_T{0} - 3}, Bad{IPPROTO_IP, 99, 20},
        Bad{IPPROTO_IPV6, IPV6_HOPLIMIT, 20}, Bad{SOL_SOCKET, IP_TTL, 20}}) {
    Message out;
    out.add(bad.level, bad.type, INT{5});
    std::memcpy(out.sent.data(), &bad.length, sizeof bad.length);
    EXPECT_TRUE(fails_with(send_with(out), WSAEINVAL)) << bad.type << ' ' << bad.length;
  }
  Message out;
  out.add(IPPROTO_IP, IP_ECN, INT{4});
  EXPECT_TRUE(fails_with(send_with(out), WSAEINVAL));
  out.header.Control = {24, nullptr};
  EXPECT_TRUE(fails_with(send_with(out), WSAEFAULT));
  out.header.Control = {0, nullptr};
  out.header.lpBuffers = nullptr;
  EXPECT_TRUE(fails_with(send_with(out), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSASendMsg(client_, nullptr, 0, &bytes, nullptr, nullptr), WSAEFAULT));
  Message nowhere;
  nowhere.header.name = nullptr;
  nowhere.header.Control = {};
  EXPECT_TRUE(
      fails_with(WSASendMsg(client_, &nowhere.header, 0, &bytes, nullptr, nullptr), WSAENOTCONN));
  EXPECT_EQ(bytes, 77U);
  u_long waiting = 1;
  EXPECT_EQ(ioctlsocket(server_, FIONREAD, &waiting), 0);
  EXPECT_EQ(waiting, 0U);
}

// -- overlapped ----------------------------------------------------------------------------------

TEST_F(Messages, OverlappedWaitAndFillTheStructureAtTheEnd) {
  ASSERT_EQ(turn(server_, IPPROTO_IP, IP_PKTINFO), 0);
  Message message;
  WSAOVERLAPPED overlapped{};
  overlapped.hEvent = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  EXPECT_TRUE(fails_with(receive_(server_, &message.header, nullptr, &overlapped, nullptr),
                         WSA_IO_PENDING));
  tell("later", "127.0.0.9");
  DWORD bytes = 0;
  DWORD flags = 0;
  ASSERT_TRUE(WSAGetOverlappedResult(server_, &overlapped, &bytes, TRUE, &flags));
  EXPECT_EQ(bytes, 5U);
  EXPECT_EQ(message.header.namelen, static_cast<INT>(sizeof(sockaddr_in)));
  const auto info = message.value<IN_PKTINFO>(IPPROTO_IP, IP_PKTINFO);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->ipi_addr.s_addr, to("127.0.0.9").sin_addr.s_addr);

  // A cut one, and what may not be peeked at.
  tell("0123456789");
  Message little{4};
  const int at_once = receive_(server_, &little.header, nullptr, &overlapped, nullptr);
  EXPECT_TRUE(fails_with(at_once, WSA_IO_PENDING));
  EXPECT_FALSE(WSAGetOverlappedResult(server_, &overlapped, &bytes, TRUE, &flags));
  EXPECT_EQ(WSAGetLastError(), WSAEMSGSIZE);
  EXPECT_EQ(little.header.dwFlags, static_cast<ULONG>(MSG_TRUNC));
  little.header.dwFlags = MSG_PEEK;
  EXPECT_TRUE(
      fails_with(receive_(server_, &little.header, nullptr, &overlapped, nullptr), WSAEOPNOTSUPP));
  CloseHandle(overlapped.hEvent);
}

thread_local int routines_run = 0;
thread_local DWORD routine_bytes = 0;

void CALLBACK note(DWORD error, DWORD bytes, LPWSAOVERLAPPED /*overlapped*/, DWORD /*flags*/) {
  EXPECT_EQ(error, 0U);
  routine_bytes = bytes;
  ++routines_run;
}

TEST_F(Messages, OverlappedTellRoutinesAndPorts) {
  sockaddr_in there = to("127.0.0.1");
  Message out;
  out.header.name = reinterpret_cast<sockaddr*>(&there);
  out.header.namelen = sizeof there;
  out.add(IPPROTO_IP, IP_TTL, INT{7});
  ASSERT_EQ(turn(server_, IPPROTO_IP, IP_RECVTTL), 0);
  WSAOVERLAPPED sending{};
  routines_run = 0;
  ASSERT_EQ(WSASendMsg(client_, &out.header, 0, nullptr, &sending, note), 0) << WSAGetLastError();
  EXPECT_EQ(SleepEx(1000, TRUE), static_cast<DWORD>(WAIT_IO_COMPLETION));
  EXPECT_EQ(routines_run, 1);
  EXPECT_EQ(routine_bytes, 64U);

  const HANDLE port =
      CreateIoCompletionPort(reinterpret_cast<HANDLE>(server_.get()), nullptr, 5, 0);
  ASSERT_NE(port, nullptr);
  Message in;
  WSAOVERLAPPED receiving{};
  ASSERT_EQ(receive_(server_, &in.header, nullptr, &receiving, nullptr), 0) << WSAGetLastError();
  DWORD bytes = 0;
  ULONG_PTR key = 0;
  LPOVERLAPPED told = nullptr;
  ASSERT_TRUE(GetQueuedCompletionStatus(port, &bytes, &key, &told, 1000));
  EXPECT_EQ(key, 5U);
  EXPECT_EQ(told, &receiving);
  EXPECT_EQ(bytes, 64U);
  EXPECT_EQ(in.value<INT>(IPPROTO_IP, IP_TTL), 7);
  CloseHandle(port);
}

}  // namespace
}  // namespace wsalive::test

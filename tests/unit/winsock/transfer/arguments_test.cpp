// What calls refuse by their arguments, before the kernel sees them: all combinations. K-140 to K-147
// labels: net

#include <winsock2.h>

#include <mswsock.h>
#include <ws2tcpip.h>

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr int kFlags[] = {MSG_OOB, MSG_PEEK, MSG_WAITALL, MSG_PARTIAL};

/// All combinations of the flags.
std::vector<int> combinations() {
  std::vector<int> all;
  for (unsigned chosen = 0; chosen < 16; ++chosen) {
    int flags = 0;
    for (unsigned at = 0; at < 4; ++at) flags |= (chosen >> at & 1U) != 0 ? kFlags[at] : 0;
    all.push_back(flags);
  }
  return all;
}

/// Microsoft's pages on receives: MSG_WAITALL stands alone, on a stream that blocks; MSG_OOB is for streams.
bool is_refused(int flags, bool stream, bool blocking) {
  if ((flags & MSG_OOB) != 0 && !stream) return true;
  if ((flags & MSG_WAITALL) == 0) return false;
  return !stream || !blocking || (flags & (MSG_OOB | MSG_PEEK | MSG_PARTIAL)) != 0;
}

int code_of(int result) { return result == SOCKET_ERROR ? WSAGetLastError() : 0; }

using Receive = int (*)(SOCKET, int flags);
struct Way {
  const char* name;
  Receive receive;
};

char g_room[8];
OVERLAPPED g_overlapped;

int by_buffers(SOCKET s, int flags, OVERLAPPED* overlapped) {
  WSABUF buffer = buffer_of(g_room, sizeof g_room);
  DWORD bytes = 0;
  DWORD with = static_cast<DWORD>(flags);
  return code_of(WSARecvFrom(s, &buffer, 1, &bytes, &with, nullptr, nullptr, overlapped, nullptr));
}

const std::array kWays{
    Way{"recv", [](SOCKET s, int flags) { return code_of(recv(s, g_room, 8, flags)); }},
    Way{"recvfrom",
        [](SOCKET s, int flags) {
          return code_of(recvfrom(s, g_room, 8, flags, nullptr, nullptr));
        }},
    Way{"WSARecvFrom", [](SOCKET s, int flags) { return by_buffers(s, flags, nullptr); }},
    Way{"overlapped",
        [](SOCKET s, int flags) {
          g_overlapped = {};
          const int code = by_buffers(s, flags, &g_overlapped);
          if (code == WSA_IO_PENDING) CancelIoEx(reinterpret_cast<HANDLE>(s), nullptr);
          return code;
        }},
};

class Arguments : public testing::Test {
 protected:
  Winsock started_;

  static void stop_blocking(SOCKET s) {
    u_long on = 1;
    ASSERT_EQ(ioctlsocket(s, FIONBIO, &on), 0);
  }
  static Own bound_udp() {
    Own made = udp();
    EXPECT_EQ(bind_to(made, loopback()), 0);
    return made;
  }
  static int send_to(SOCKET s, const void* name, int size) {
    return code_of(sendto(s, "x", 1, 0, static_cast<const sockaddr*>(name), size));
  }
};

TEST_F(Arguments, FlagsOfReceivesInEveryCombination) {  // K-140
  for (const Way& way : kWays) {
    for (const bool stream : {true, false}) {
      for (const bool blocking : {true, false}) {
        for (const int flags : combinations()) {
          const Pair pair = connected_pair();
          const Own messages = bound_udp();
          const SOCKET s = stream ? pair.client.get() : messages.get();
          if (!blocking) stop_blocking(s);
          const bool refused = is_refused(flags, stream, blocking);
          if (!refused && blocking && std::string{way.name} != "overlapped") continue;  // It waits.
          EXPECT_EQ(way.receive(s, flags) == WSAEOPNOTSUPP, refused)
              << way.name << (stream ? " stream" : " messages") << (blocking ? "" : " non-blocking")
              << " flags " << flags;
        }
      }
    }
  }
}

TEST_F(Arguments, MsgWaitAllAloneFillsTheBufferOfABlockingStream) {  // K-140
  const Pair pair = connected_pair();
  ASSERT_EQ(send(pair.server, "12345678", 8, 0), 8);
  EXPECT_EQ(recv(pair.client, g_room, 8, MSG_WAITALL), 8);
}

TEST_F(Arguments, UrgentDataAreSentOnStreamsAlone) {  // K-140
  const Own s = bound_udp();
  const sockaddr_in to = name_of(s);
  EXPECT_TRUE(
      fails_with(sendto(s, "x", 1, MSG_OOB, reinterpret_cast<const sockaddr*>(&to), sizeof to),
                 WSAEOPNOTSUPP));
  const Pair pair = connected_pair();
  EXPECT_EQ(send(pair.client, "x", 1, MSG_OOB), 1);
}

TEST_F(Arguments, AMessageToNoAddressIsRefused) {  // K-141
  const Own s = bound_udp();
  sockaddr_in to = name_of(s);
  to.sin_addr.s_addr = INADDR_ANY;
  EXPECT_EQ(send_to(s, &to, sizeof to), WSAEADDRNOTAVAIL);
  WSABUF buffer = buffer_of(g_room, 1);
  DWORD bytes = 0;
  for (OVERLAPPED* const overlapped : {static_cast<OVERLAPPED*>(nullptr), &g_overlapped}) {
    EXPECT_TRUE(fails_with(WSASendTo(s, &buffer, 1, &bytes, 0, reinterpret_cast<sockaddr*>(&to),
                                     sizeof to, overlapped, nullptr),
                           WSAEADDRNOTAVAIL));
  }
  const Own six{socket(AF_INET6, SOCK_DGRAM, 0)};
  if (six.get() == INVALID_SOCKET) return;
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  any.sin6_port = to.sin_port;
  EXPECT_EQ(send_to(six, &any, sizeof any), WSAEADDRNOTAVAIL);
}

TEST_F(Arguments, ABufferOfNothingIsAFaultAndNoWait) {  // K-142
  const Pair pair = connected_pair();
  const Own messages = bound_udp();
  std::array<WSABUF, 2> buffers{buffer_of(g_room, 1), buffer_of(nullptr, 1)};
  DWORD bytes = 0;
  DWORD flags = 0;
  for (const SOCKET s : {pair.client.get(), messages.get()}) {
    EXPECT_EQ(code_of(recv(s, nullptr, 8, 0)), WSAEFAULT);
    EXPECT_EQ(code_of(recvfrom(s, nullptr, 8, 0, nullptr, nullptr)), WSAEFAULT);
    EXPECT_EQ(code_of(send(s, nullptr, 8, 0)), WSAEFAULT);
    EXPECT_EQ(code_of(WSARecv(s, buffers.data(), 2, &bytes, &flags, nullptr, nullptr)), WSAEFAULT);
    EXPECT_EQ(code_of(WSASend(s, buffers.data(), 2, &bytes, 0, nullptr, nullptr)), WSAEFAULT);
  }
  EXPECT_EQ(send(pair.client, nullptr, 0, 0), 0);
  buffers[1].len = 0;
  EXPECT_EQ(WSASend(pair.client, buffers.data(), 2, &bytes, 0, nullptr, nullptr), 0);
  EXPECT_EQ(WSARecv(pair.server, buffers.data(), 2, &bytes, &flags, nullptr, nullptr), 0);
}

TEST_F(Arguments, AcceptTellsNoNameUnlessBothAreGiven) {  // K-143
  const Own from = listener();
  sockaddr_in name{};
  for (unsigned given = 0; given < 4; ++given) {
    for (const bool wsa : {false, true}) {
      const Own client = tcp();
      ASSERT_EQ(connect_to(client, name_of(from)), 0);
      name = {};
      int size = sizeof name;
      auto* const where = (given & 1U) != 0 ? reinterpret_cast<sockaddr*>(&name) : nullptr;
      int* const length = (given & 2U) != 0 ? &size : nullptr;
      const Own made{wsa ? WSAAccept(from, where, length, nullptr, 0)
                         : accept(from, where, length)};
      EXPECT_NE(made.get(), INVALID_SOCKET) << given << ' ' << WSAGetLastError();
      EXPECT_EQ(name.sin_port != 0, given == 3);
    }
  }
  sockaddr_in kept{};
  int small = 4;
  EXPECT_TRUE(no_socket(accept(from, reinterpret_cast<sockaddr*>(&kept), &small), WSAEFAULT));
}

TEST_F(Arguments, AnAddressOfZeroesEndsADatagramSocketsAssociation) {  // K-144
  for (const u_short port : {u_short{0}, u_short{77}}) {
    const Own peer = bound_udp();
    const Own s = bound_udp();
    ASSERT_EQ(connect_to(s, name_of(peer)), 0);
    ASSERT_EQ(send(s, "x", 1, 0), 1);
    sockaddr_in nowhere{};
    nowhere.sin_family = AF_INET;
    nowhere.sin_port = port;
    EXPECT_EQ(connect_to(s, nowhere), 0) << WSAGetLastError();
    EXPECT_TRUE(fails_with(send(s, "x", 1, 0), WSAENOTCONN));
    const sockaddr_in to = name_of(peer);
    EXPECT_EQ(send_to(s, &to, sizeof to), 0);
  }
  const Own stream = tcp();
  sockaddr_in nowhere = loopback(7);
  nowhere.sin_addr.s_addr = 0;
  EXPECT_TRUE(fails_with(connect_to(stream, nowhere), WSAEADDRNOTAVAIL));
}

TEST_F(Arguments, AFamilyAloneIsItsStream) {  // K-145
  for (const int family : {AF_INET, AF_INET6}) {
    const Own s{socket(family, 0, 0)};
    ASSERT_NE(s.get(), INVALID_SOCKET) << WSAGetLastError();
    int type = 0;
    int size = sizeof type;
    EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type), &size), 0);
    EXPECT_EQ(type, SOCK_STREAM);
  }
  EXPECT_TRUE(no_socket(socket(AF_UNSPEC, 0, 0), WSAEINVAL));
}

TEST_F(Arguments, MultipointFlagsInEveryCombination) {  // K-146
  constexpr DWORD kRoots = WSA_FLAG_MULTIPOINT_C_ROOT | WSA_FLAG_MULTIPOINT_D_ROOT;
  constexpr DWORD kAll = kRoots | WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_LEAF;
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    for (DWORD flags = 0; flags <= kAll; flags += WSA_FLAG_MULTIPOINT_C_ROOT) {
      const Own s{WSASocketW(AF_INET, type, 0, nullptr, 0, flags | WSA_FLAG_OVERLAPPED)};
      const bool refused = (flags & kRoots) != 0 || (flags != 0 && type == SOCK_STREAM);
      EXPECT_EQ(s.get() == INVALID_SOCKET, refused) << type << ' ' << flags;
      if (s.get() == INVALID_SOCKET) {
        EXPECT_EQ(WSAGetLastError(), WSAEINVAL);
      }
    }
  }
}

/// Of 8 requests that nobody accepts, those that the kernel has completed.
int connected_unaccepted(const Own& from) {
  std::vector<Own> clients;
  std::vector<WSAPOLLFD> items;
  u_long on = 1;
  for (int at = 0; at < 8; ++at) {
    clients.push_back(tcp());
    ioctlsocket(clients.back(), FIONBIO, &on);
    static_cast<void>(connect_to(clients.back(), name_of(from)));
    items.push_back({clients.back(), POLLWRNORM, 0});
  }
  Sleep(50);
  return WSAPoll(items.data(), static_cast<ULONG>(items.size()), 0);
}

TEST_F(Arguments, ASecondListenKeepsTheBacklog) {  // K-147
  const Own few = listener(0);
  EXPECT_EQ(listen(few, 200), 0);
  EXPECT_LT(connected_unaccepted(few), 8);
  const Own many = listener(200);
  EXPECT_EQ(listen(many, 0), 0);
  EXPECT_EQ(connected_unaccepted(many), 8);
}

TEST_F(Arguments, ARawProtocolWithoutATypeIsItsRawSocket) {  // K-145
  for (const int family : {AF_INET, AF_UNSPEC}) {
    for (const int protocol : {int{IPPROTO_ICMP}, int{IPPROTO_IGMP}}) {
      const Own s{socket(family, 0, protocol)};
      if (s.get() == INVALID_SOCKET) {
        EXPECT_EQ(WSAGetLastError(), WSAEACCES);  // It needs a right.
        continue;
      }
      int type = 0;
      int size = sizeof type;
      EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type), &size), 0);
      EXPECT_EQ(type, SOCK_RAW);
    }
  }
  EXPECT_TRUE(no_socket(socket(AF_INET, 0, 77), WSAEPROTONOSUPPORT));
}

}  // namespace
}  // namespace wsalive::test

// labels: net
// WSADuplicateSocket among strangers and without descriptors: a process in the giver's place gives nothing, and a giver
// whose table is full still gives.  K-109

#include <winsock2.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <windows.h>

#include <array>
#include <ctime>
#include <span>

#include <gtest/gtest.h>

#include "os/process/descriptor_passing.hpp"
#include "support/child.hpp"
#include "support/winsock_api.hpp"
#include "winsock/duplicate/duplicate.hpp"

namespace wsalive::test {
namespace {

SOCKET take_from(WSAPROTOCOL_INFOW& info) {
  return WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0,
                    WSA_FLAG_OVERLAPPED);
}

/// Two ends between a test and its child.
struct Line {
  Line() { EXPECT_EQ(::pipe(ends.data()), 0); }
  ~Line() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  template <typename T>
  bool put(const T& value) const {
    return ::write(ends[1], &value, sizeof value) == static_cast<ssize_t>(sizeof value);
  }
  template <typename T>
  T get() const {
    T value{};
    EXPECT_EQ(::read(ends[0], &value, sizeof value), static_cast<ssize_t>(sizeof value));
    return value;
  }
  std::array<int, 2> ends{};
};

/// A structure whose giver has ended: its listener's name is anybody's.
WSAPROTOCOL_INFOW left_alone() {
  const Line line;
  const pid_t giver = start_child([&] {
    const Winsock winsock;
    const Own socket = udp();
    WSAPROTOCOL_INFOW info{};
    if (WSADuplicateSocketW(socket, static_cast<DWORD>(::getppid()), &info) != 0) return 1;
    return line.put(info) ? 0 : 2;
  });
  auto info = line.get<WSAPROTOCOL_INFOW>();
  EXPECT_EQ(finish_child(giver), 0);
  return info;
}

/// Opens the giver's listener and grants a socket of its own to every caller.
int pose_as_giver(const winsock::Ticket& ticket, const Line& ready) {
  const auto listener = os::listen_at(ticket.listener);
  if (!listener || !ready.put(char{1})) return 1;
  Fd spare;
  const auto client = os::next_client(listener->get(), spare);
  if (!client) return 2;
  winsock::Token token;
  const auto asked = os::take_message(client->line.get(), std::as_writable_bytes(std::span{token}));
  if (!asked || asked->size == 0) return 0;  // It went away without a word.
  const winsock::Answer granted{1, {}};
  const int own = 0;
  (void)os::pass_message(client->line.get(), std::as_bytes(std::span{&granted, 1}),
                         std::span{&own, 1});
  return 3;
}

TEST(DuplicateFromAStranger, IsNotTaken) {
  WSAPROTOCOL_INFOW info = left_alone();
  const winsock::Ticket ticket = winsock::ticket_in(info);
  const Line ready;
  const pid_t impostor = start_child([&] { return pose_as_giver(ticket, ready); });
  ready.get<char>();
  const Winsock winsock;
  EXPECT_TRUE(no_socket(take_from(info), WSAEACCES));
  EXPECT_EQ(finish_child(impostor), 0);
}

TEST(DuplicateFromAStranger, OfAnotherUserIsNotTakenByRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to be another user";
  WSAPROTOCOL_INFOW info = left_alone();
  const winsock::Ticket ticket = winsock::ticket_in(info);
  const Line ready;
  const pid_t impostor = start_child(
      [&] { return ::setresuid(65534, 65534, 65534) == 0 ? pose_as_giver(ticket, ready) : 4; });
  ready.get<char>();
  info.dwProviderReserved =
      static_cast<DWORD>(impostor);  // Its number may be the giver's by chance.
  const Winsock winsock;
  EXPECT_TRUE(no_socket(take_from(info), WSAEACCES));
  EXPECT_EQ(finish_child(impostor), 0);
}

TEST(DuplicateFromAFullTable, IsTakenAllTheSame) {
  const Line to;
  const Line from;
  const pid_t giver = start_child([&] {
    const Winsock winsock;
    const Own socket = udp();
    const auto taker = to.get<DWORD>();
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 2;
    limit.rlim_cur = 64;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return 3;
    std::array<WSAPROTOCOL_INFOW, 2> made{};
    for (auto& info : made) {
      if (WSADuplicateSocketW(socket, taker, &info) != 0) return 1;
    }
    while (::open("/dev/null", O_RDONLY) >= 0) {
    }
    for (const auto& info : made) {
      if (!from.put(info)) return 4;
    }
    to.get<char>();  // Until they are taken.
    return std::clock() < CLOCKS_PER_SEC ? 0 : 5;
  });
  to.put(static_cast<DWORD>(::getpid()));
  const Winsock winsock;
  for (int i = 0; i < 2; ++i) {
    auto info = from.get<WSAPROTOCOL_INFOW>();
    const Own twin{take_from(info)};
    EXPECT_NE(twin.get(), INVALID_SOCKET) << WSAGetLastError();
  }
  to.put(char{1});
  EXPECT_EQ(finish_child(giver), 0) << "5: it has been busy with waiting";
}

TEST(DuplicateFromAFullTable, WaitsWithoutSpinningWhereNothingIsLeft) {
  const Line to;
  const Line from;
  const pid_t giver = start_child([&] {
    const Winsock winsock;
    const Own socket = udp();
    const auto taker = to.get<DWORD>();
    WSAPROTOCOL_INFOW info{};
    if (WSADuplicateSocketW(socket, taker, &info) != 0) return 1;
    const rlimit none{0, 0};  // Also the one that is spared for one that connects.
    if (::setrlimit(RLIMIT_NOFILE, &none) != 0) return 2;
    if (!from.put(info)) return 3;
    to.get<char>();
    return std::clock() < CLOCKS_PER_SEC ? 0 : 5;
  });
  to.put(static_cast<DWORD>(::getpid()));
  const Winsock winsock;
  auto info = from.get<WSAPROTOCOL_INFOW>();
  EXPECT_TRUE(no_socket(take_from(info), WSAETIMEDOUT));  // After five seconds.
  to.put(char{1});
  EXPECT_EQ(finish_child(giver), 0) << "5: it has been busy with waiting";
}

}  // namespace
}  // namespace wsalive::test

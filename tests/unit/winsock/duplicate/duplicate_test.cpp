// labels: net
// WSADuplicateSocket: who may take a duplicate, how often, what comes with it, and that nothing is left behind. K-109
//
// Children are forked before any thread starts, and take what the parent leaves for them through a pipe.

#include <winsock2.h>

#include <mstcpip.h>
#include <sys/wait.h>
#include <unistd.h>
#include <windows.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "support/child.hpp"
#include "support/winsock_api.hpp"
#include "winsock/duplicate/offers.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;

SOCKET take(WSAPROTOCOL_INFOW& info, DWORD flags = WSA_FLAG_OVERLAPPED) {
  return WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, flags);
}

std::string received(SOCKET s) {
  std::array<char, 64> text{};
  const int size = recv(s, text.data(), text.size(), 0);
  return size >= 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "failed";
}

std::ptrdiff_t entries_of(const char* folder) {
  return std::distance(std::filesystem::directory_iterator{folder}, {});
}

/// Threads without any of ours. A sanitizer's own comes with the first that a program starts. A thread that was joined is
/// listed until the kernel has run it for the last time, which on one processor takes its turn.
const std::ptrdiff_t kThreads = [] {
  std::thread{[] {}}.join();
  std::ptrdiff_t least = entries_of("/proc/self/task");
  for (int i = 0; i < 50 && least > 1; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
    least = std::min(least, entries_of("/proc/self/task"));
  }
  return least;
}();

bool comes_true(const auto& condition) {
  for (int tries = 0; tries < 500; ++tries) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

/// A process that waits for structures and tries to open each: it answers with the code, and writes a line into
/// the socket that it got.
class Taker {
 public:
  Taker() {
    EXPECT_EQ(::pipe(to_.data()), 0);
    EXPECT_EQ(::pipe(from_.data()), 0);
    child_ = start_child([this] {
      ::close(to_[1]);  // The end of the parent's end must be seen.
      return run();
    });
    ::close(to_[0]);
    ::close(from_[1]);
  }
  ~Taker() {
    ::close(to_[1]);
    ::close(from_[0]);
    finish_child(child_);
  }
  Taker(const Taker&) = delete;
  Taker& operator=(const Taker&) = delete;

  [[nodiscard]] DWORD process() const { return static_cast<DWORD>(child_); }
  /// \return the code of the try, 0 for success.
  int try_to_take(const WSAPROTOCOL_INFOW& info) {
    int code = -1;
    EXPECT_EQ(::write(to_[1], &info, sizeof info), static_cast<ssize_t>(sizeof info));
    EXPECT_EQ(::read(from_[0], &code, sizeof code), static_cast<ssize_t>(sizeof code));
    return code;
  }
  void end() { ::kill(child_, SIGKILL); }

 private:
  int run() {
    WSADATA data;
    WSAPROTOCOL_INFOW info{};
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
    while (::read(to_[0], &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      WSASetLastError(0);
      const SOCKET s = take(info);
      const int code = WSAGetLastError();
      if (s != INVALID_SOCKET) {
        send(s, "from the other", 14, 0);
        closesocket(s);
      }
      if (::write(from_[1], &code, sizeof code) < 0) return 2;
    }
    return 0;
  }

  std::array<int, 2> to_{};
  std::array<int, 2> from_{};
  pid_t child_ = 0;
};

// -- between processes ---------------------------------------------------------------------------

TEST(DuplicateSocket, OnlyItsProcessTakesItAndOnlyOnce) {
  Taker right;
  Taker wrong;
  const Winsock winsock;
  Pair pair = connected_pair();
  const auto descriptors = entries_of("/proc/self/fd");
  WSAPROTOCOL_INFOW info{};
  ASSERT_EQ(WSADuplicateSocketW(pair.client, right.process(), &info), 0) << WSAGetLastError();
  EXPECT_EQ(info.iAddressFamily, AF_INET);
  EXPECT_EQ(info.iProtocol, static_cast<int>(IPPROTO_TCP));
  EXPECT_NE(info.dwProviderReserved, 0U);

  EXPECT_EQ(wrong.try_to_take(info), WSAEINVAL);
  EXPECT_TRUE(no_socket(take(info), WSAEINVAL));  // Not this process's either.
  WSAPROTOCOL_INFOW guessed = info;
  guessed.ProtocolChain.ChainEntries[3] ^= 1;
  EXPECT_EQ(right.try_to_take(guessed), WSAEINVAL);
  EXPECT_EQ(right.try_to_take(info), 0);
  EXPECT_EQ(received(pair.server), "from the other");
  EXPECT_EQ(right.try_to_take(info), WSAEINVAL);

  // The other owner has closed it: the connection goes on.
  EXPECT_EQ(send(pair.client, "still", 5, 0), 5);
  EXPECT_EQ(received(pair.server), "still");
  EXPECT_TRUE(comes_true([&] {
    return entries_of("/proc/self/task") == kThreads && entries_of("/proc/self/fd") == descriptors;
  })) << "a thread or a descriptor is left";
}

TEST(DuplicateSocket, LivesOnWhenTheSourceIsClosedBeforeItIsTaken) {
  Taker other;
  const Winsock winsock;
  Pair pair = connected_pair();
  WSAPROTOCOL_INFOW info{};
  ASSERT_EQ(WSADuplicateSocketW(pair.client, other.process(), &info), 0) << WSAGetLastError();
  pair.client.close();
  WSAPOLLFD quiet{pair.server, POLLRDNORM, 0};
  EXPECT_EQ(WSAPoll(&quiet, 1, 50), 0);  // No end has been seen.
  EXPECT_EQ(other.try_to_take(info), 0);
  EXPECT_EQ(received(pair.server), "from the other");
  EXPECT_EQ(received(pair.server), "");  // The last owner's close is the end.
}

TEST(DuplicateSocket, OfAProcessThatEndsIsDropped) {
  Taker other;
  const Winsock winsock;
  Pair pair = connected_pair();
  WSAPROTOCOL_INFOW info{};
  ASSERT_EQ(WSADuplicateSocketW(pair.client, other.process(), &info), 0) << WSAGetLastError();
  EXPECT_EQ(winsock::open_offers(), 1U);
  pair.client.close();
  other.end();
  EXPECT_TRUE(comes_true([] { return winsock::open_offers() == 0; }));
  EXPECT_EQ(received(pair.server), "");
  EXPECT_TRUE(no_socket(take(info), WSAEINVAL));
}

TEST(DuplicateSocket, GoesWithItsProcessWhereThatEndsWithoutACare) {
  Taker other;
  std::array<int, 2> way{};
  ASSERT_EQ(::pipe(way.data()), 0);
  const pid_t source = start_child([&] {
    const Winsock winsock;
    const Own socket = udp();
    WSAPROTOCOL_INFOW info{};
    if (WSADuplicateSocketW(socket, other.process(), &info) != 0) return 1;
    return ::write(way[1], &info, sizeof info) == static_cast<ssize_t>(sizeof info) ? 0 : 2;
  });
  WSAPROTOCOL_INFOW info{};
  ASSERT_EQ(::read(way[0], &info, sizeof info), static_cast<ssize_t>(sizeof info));
  EXPECT_EQ(finish_child(source), 0);
  EXPECT_EQ(other.try_to_take(info), WSAEINVAL);
  ::close(way[0]);
  ::close(way[1]);
}

// -- in one process ------------------------------------------------------------------------------

class Duplicated : public testing::Test {
 protected:
  Own duplicate(SOCKET s, DWORD flags = WSA_FLAG_OVERLAPPED) {
    WSAPROTOCOL_INFOW info{};
    EXPECT_EQ(WSADuplicateSocketW(s, GetCurrentProcessId(), &info), 0) << WSAGetLastError();
    return Own{take(info, flags)};
  }
  Winsock winsock_;
};

TEST_F(Duplicated, WorksInTheSameProcess) {
  Pair pair = connected_pair();
  const Own twin = duplicate(pair.client);
  ASSERT_NE(twin.get(), INVALID_SOCKET) << WSAGetLastError();
  EXPECT_NE(twin.get(), pair.client.get());
  EXPECT_EQ(send(twin, "a", 1, 0), 1);
  EXPECT_EQ(received(pair.server), "a");
  EXPECT_EQ(send(pair.server, "b", 1, 0), 1);
  EXPECT_EQ(received(pair.client), "b");
  EXPECT_TRUE(comes_true([] { return entries_of("/proc/self/task") == kThreads; }));
}

TEST_F(Duplicated, TheNarrowFormIsTheSame) {
  Pair pair = connected_pair();
  WSAPROTOCOL_INFOA info{};
  ASSERT_EQ(WSADuplicateSocketA(pair.client, GetCurrentProcessId(), &info), 0);
  const Own twin{WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0,
                            WSA_FLAG_OVERLAPPED)};
  EXPECT_EQ(send(twin, "a", 1, 0), 1);
  EXPECT_EQ(received(pair.server), "a");
}

TEST_F(Duplicated, ModeIsSharedAndStateComesAlong) {
  Pair pair = connected_pair();
  tcp_keepalive values{1, 7'500, 1'300};
  DWORD bytes = 0;
  ASSERT_EQ(WSAIoctl(pair.client, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &bytes,
                     nullptr, nullptr),
            0);
  const int room = 12'345;
  ASSERT_EQ(setsockopt(pair.client, SOL_SOCKET, SO_RCVBUF, reinterpret_cast<const char*>(&room),
                       sizeof room),
            0);
  const Own twin = duplicate(pair.client);
  const auto reads = [&](int level, int option) {
    DWORD value = 0;
    int size = sizeof value;
    EXPECT_EQ(getsockopt(twin, level, option, reinterpret_cast<char*>(&value), &size), 0);
    return value;
  };
  EXPECT_EQ(reads(SOL_SOCKET, SO_KEEPALIVE), 1U);
  EXPECT_EQ(reads(IPPROTO_TCP, TCP_KEEPIDLE), 8U);
  EXPECT_EQ(reads(SOL_SOCKET, SO_RCVBUF), 12'345U);
  sockaddr_in peer{};
  int size = sizeof peer;
  EXPECT_EQ(getpeername(twin, reinterpret_cast<sockaddr*>(&peer), &size), 0);

  u_long on = 1;
  ASSERT_EQ(ioctlsocket(twin, FIONBIO, &on), 0);
  char byte = 0;
  EXPECT_TRUE(fails_with(recv(pair.client, &byte, 1, 0), WSAEWOULDBLOCK));
  on = 0;
  ASSERT_EQ(ioctlsocket(pair.client, FIONBIO, &on), 0);
  const DWORD wait = 50;
  ASSERT_EQ(
      setsockopt(twin, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&wait), sizeof wait),
      0);
  EXPECT_TRUE(fails_with(recv(twin, &byte, 1, 0), WSAETIMEDOUT));
}

TEST_F(Duplicated, ListenersAndDatagramSocketsToo) {
  const Own from = listener();
  const Own twin = duplicate(from);
  const Own client = tcp();
  ASSERT_EQ(connect_to(client, name_of(from)), 0);
  EXPECT_NE(accept_one(twin).get(), INVALID_SOCKET) << WSAGetLastError();

  const Own messages = udp();
  ASSERT_EQ(bind_to(messages, loopback()), 0);
  const Own other = duplicate(messages);
  const sockaddr_in there = name_of(messages);
  EXPECT_EQ(sendto(messages, "m", 1, 0, reinterpret_cast<const sockaddr*>(&there), sizeof there),
            1);
  EXPECT_EQ(received(other), "m");
}

TEST_F(Duplicated, ClosingOneLeavesTheOther) {
  Pair pair = connected_pair();
  Own twin = duplicate(pair.client);
  pair.client.close();
  EXPECT_EQ(send(twin, "x", 1, 0), 1);
  EXPECT_EQ(received(pair.server), "x");
  twin.close();
  EXPECT_EQ(received(pair.server), "");
}

TEST_F(Duplicated, TheCallSaysWhetherItIsOverlapped) {
  Pair pair = connected_pair();
  const Own plain = duplicate(pair.client, 0);
  WSAOVERLAPPED overlapped{};
  WSABUF buffer{1, const_cast<char*>("x")};
  DWORD sent = 0;
  EXPECT_EQ(WSASend(plain, &buffer, 1, &sent, 0, &overlapped, nullptr), 0);
  EXPECT_EQ(sent, 1U);
  EXPECT_EQ(overlapped.Internal, 0U);  // Not looked at.
}

TEST_F(Duplicated, ErrorsComeInTheirOrder) {
  const Own socket = tcp();
  WSAPROTOCOL_INFOW info{};
  const DWORD own = GetCurrentProcessId();
  EXPECT_TRUE(fails_with(WSADuplicateSocketW(INVALID_SOCKET, own, nullptr), WSAENOTSOCK));
  EXPECT_TRUE(fails_with(WSADuplicateSocketW(socket, 0, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSADuplicateSocketW(socket, own, reinterpret_cast<WSAPROTOCOL_INFOW*>(8)),
                         WSAEFAULT));
  for (const DWORD nobody : {0U, 0x7fff'fff0U, 0xffff'ffffU}) {
    EXPECT_TRUE(fails_with(WSADuplicateSocketW(socket, nobody, &info), WSAEINVAL)) << nobody;
  }
  EXPECT_EQ(info.dwProviderReserved, 0U);
  EXPECT_EQ(winsock::open_offers(), 0U);
  info.dwProviderReserved = 1;  // As if there were a ticket.
  EXPECT_TRUE(no_socket(take(info), WSAEINVAL));
}

TEST(DuplicateSocketUnstarted, IsRefused) {
  WSAPROTOCOL_INFOW info{};
  EXPECT_TRUE(fails_with(WSADuplicateSocketW(0, 1, &info), WSANOTINITIALISED));
}

}  // namespace
}  // namespace wsalive::test

// labels: net realtime
// A driven connection that two processes have is probed by one of them at a time: by the source while that has it, by
// the other one afterwards. K-50, K-109
//
// Tolerance: a probe a second is wanted; over four seconds three to five may come.

#include <winsock2.h>

#include <mstcpip.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "support/child.hpp"
#include "support/segment_count.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;

std::uint32_t probes_in_four_seconds(SOCKET server) {
  const std::uint32_t before = segments_at(server);
  std::this_thread::sleep_for(4100ms);
  return segments_at(server) - before;
}

TEST(DuplicatedKeepAlive, IsDrivenByOneProcessAtATime) {
  std::array<int, 2> to{};
  std::array<int, 2> from{};
  ASSERT_EQ(::pipe(to.data()), 0);
  ASSERT_EQ(::pipe(from.data()), 0);
  const pid_t child = start_child([&] {
    ::close(to[1]);
    const Winsock winsock;
    WSAPROTOCOL_INFOW info{};
    if (::read(to[0], &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return 1;
    const Own taken{WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0,
                               WSA_FLAG_OVERLAPPED)};
    if (taken.get() == INVALID_SOCKET || ::write(from[1], "t", 1) != 1) return 2;
    char end = 0;
    return ::read(to[0], &end, 1) == 0 ? 0 : 3;  // Holds it until the parent has seen enough.
  });
  ::close(to[0]);

  {
    const Winsock winsock;
    Pair pair = connected_pair();
    tcp_keepalive values{1, 1'001, 301};  // Fractions of a second: driven.
    DWORD bytes = 0;
    ASSERT_EQ(WSAIoctl(pair.client, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &bytes,
                       nullptr, nullptr),
              0);
    WSAPROTOCOL_INFOW info{};
    ASSERT_EQ(WSADuplicateSocketW(pair.client, static_cast<DWORD>(child), &info), 0);
    ASSERT_EQ(::write(to[1], &info, sizeof info), static_cast<ssize_t>(sizeof info));
    char taken = 0;
    ASSERT_EQ(::read(from[0], &taken, 1), 1);

    const std::uint32_t by_source = probes_in_four_seconds(pair.server);
    EXPECT_GE(by_source, 3U);
    EXPECT_LE(by_source, 5U);
    pair.client.close();
    std::this_thread::sleep_for(1500ms);
    const std::uint32_t by_other = probes_in_four_seconds(pair.server);
    EXPECT_GE(by_other, 3U);
    EXPECT_LE(by_other, 5U);
  }
  ::close(to[1]);
  EXPECT_EQ(finish_child(child), 0);
}

}  // namespace
}  // namespace wsalive::test

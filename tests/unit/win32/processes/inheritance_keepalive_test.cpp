// labels: net realtime
// A driven connection that a child process inherits is probed by one process at a time: by the parent while that has it,
// by the child afterwards, with the parent's times. K-50
//
// Tolerance: a probe a second is wanted; over four seconds three to five may come.

#include <winsock2.h>

#include <mstcpip.h>

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "support/own_child.hpp"
#include "support/segment_count.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;

void expect_a_probe_a_second(SOCKET server) {
  const std::uint32_t before = segments_at(server);
  std::this_thread::sleep_for(4100ms);
  const std::uint32_t probes = segments_at(server) - before;
  EXPECT_GE(probes, 3U);
  EXPECT_LE(probes, 5U);
}

TEST(Child, DISABLED_HoldsAConnection) {
  const auto numbers = told();
  ASSERT_EQ(numbers.size(), 3U);
  const Winsock started;
  wsalive_keepalive in_force{};
  in_force.size = sizeof in_force;
  EXPECT_EQ(wsalive_keepalive_in_force(numbers[0], &in_force), 0) << WSAGetLastError();
  EXPECT_EQ(in_force.idle, 1001U);
  EXPECT_EQ(in_force.interval, 301U);
  EXPECT_TRUE(SetEvent(to_handle(numbers[1])));
  EXPECT_EQ(WaitForSingleObject(to_handle(numbers[2]), 60'000), WAIT_OBJECT_0);
}

TEST(InheritedKeepAlive, IsDrivenByOneProcessAtATime) {
  const Winsock started;
  SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, TRUE};
  const HANDLE is_there = CreateEventA(&attributes, TRUE, FALSE, nullptr);
  const HANDLE may_go = CreateEventA(&attributes, TRUE, FALSE, nullptr);
  Pair pair = connected_pair();
  EXPECT_TRUE(SetHandleInformation(to_handle(pair.server), HANDLE_FLAG_INHERIT, 0));
  tcp_keepalive values{1, 1'001, 301};  // Fractions of a second: driven.
  DWORD bytes = 0;
  ASSERT_EQ(WSAIoctl(pair.client, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &bytes,
                     nullptr, nullptr),
            0);
  const HANDLE child = start_child_test("HoldsAConnection",
                                        {pair.client, to_value(is_there), to_value(may_go)}, TRUE);
  ASSERT_EQ(WaitForSingleObject(is_there, 30'000), WAIT_OBJECT_0);
  expect_a_probe_a_second(pair.server);
  pair.client.close();
  std::this_thread::sleep_for(1500ms);
  expect_a_probe_a_second(pair.server);
  EXPECT_TRUE(SetEvent(may_go));
  EXPECT_EQ(end_of_child(child), 0U);
  for (const HANDLE each : {is_there, may_go}) EXPECT_TRUE(CloseHandle(each));
}

}  // namespace
}  // namespace wsalive::test

// A fork while operations wait: they stay the parent's, and the child begins its own.
// labels: net

#include <winsock2.h>

#include <array>

#include <gtest/gtest.h>

#include "support/child.hpp"
#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

class Forked : public testing::Test {
 protected:
  /// In the child: a receive of its own ends with what the other end sends.
  int receive_in_child(const Port* port) {
    const auto file = reinterpret_cast<HANDLE>(pair_.client.get());
    if (CancelIoEx(file, nullptr) || GetLastError() != ERROR_NOT_FOUND) return 1;
    OVERLAPPED own{};
    std::array<char, 8> room{};
    if (receive_into(pair_.client, buffer_of(room.data(), 8), own) != WSA_IO_PENDING) return 2;
    if (send(pair_.server, "child", 5, 0) != 5) return 3;
    if (port && port->take() != Taken{0, 5, 3, &own}) return 4;
    DWORD bytes = 0;
    if (result_of(pair_.client, own, bytes) != 0 || bytes != 5) return 5;
    return HasOverlappedIoCompleted(&pending_) ? 6 : 0;
  }

  Winsock started_;
  Pair pair_ = connected_pair();
  std::array<char, 8> room_{};
  OVERLAPPED pending_{};
};

TEST_F(Forked, OperationsWithoutAPortStayTheParents) {  // K-109
  OwnEvent event;
  pending_.hEvent = event.get();
  ASSERT_EQ(receive_into(pair_.client, buffer_of(room_.data(), 8), pending_), WSA_IO_PENDING);
  // The parent's reactor would take what is for the child: its end comes first.
  ASSERT_EQ(send(pair_.server, "x", 1, 0), 1);
  ASSERT_TRUE(event.is_set(10'000));
  pending_ = {};
  Pair other = connected_pair();
  ASSERT_EQ(receive_into(other.client, buffer_of(room_.data(), 8), pending_), WSA_IO_PENDING);
  const pid_t child = start_child([&] {
    const int bad = receive_in_child(nullptr);
    other.client.close();  // Aborts nothing of the parent's, and leaves its connection alone.
    return bad;
  });
  EXPECT_EQ(finish_child(child), 0);
  EXPECT_FALSE(HasOverlappedIoCompleted(&pending_));
  ASSERT_EQ(send(other.server, "abc", 3, 0), 3);
  DWORD bytes = 0;
  EXPECT_EQ(result_of(other.client, pending_, bytes), 0);
  EXPECT_EQ(bytes, 3U);
}

TEST_F(Forked, OperationsOfAPortStayTheParents) {
  const Port port;
  port.add(pair_.client, 3);
  Pair other = connected_pair();
  port.add(other.client, 4);
  ASSERT_EQ(receive_into(other.client, buffer_of(room_.data(), 8), pending_), WSA_IO_PENDING);
  const pid_t child = start_child([&] { return receive_in_child(&port); });
  EXPECT_EQ(finish_child(child), 0);
  ASSERT_EQ(send(other.server, "abc", 3, 0), 3);
  EXPECT_EQ(port.take(), (Taken{0, 3, 4, &pending_}));
}

}  // namespace
}  // namespace wsalive::test

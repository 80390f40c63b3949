// Calls that allocate, while memory is short: each answers with a code, and nothing is lost or left behind.
// labels: net

#include <winsock2.h>

#include <array>
#include <cstdlib>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include "support/port.hpp"
#include "support/winsock_api.hpp"
#include "winsock/overlapped/operation.hpp"

namespace {

thread_local bool memory_is_short = false;

/// While one lives, the thread gets no memory.
class ShortOfMemory {
 public:
  ShortOfMemory() { memory_is_short = true; }
  ~ShortOfMemory() { memory_is_short = false; }
  ShortOfMemory(const ShortOfMemory&) = delete;
  ShortOfMemory& operator=(const ShortOfMemory&) = delete;
};

}  // namespace

// Not inlined: gcc would take malloc and free for a mismatched pair.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const made = memory_is_short ? nullptr : std::malloc(size);
  if (!made) throw std::bad_alloc{};
  return made;
}
[[gnu::noinline]] void operator delete(void* made) noexcept { std::free(made); }
[[gnu::noinline]] void operator delete(void* made, std::size_t /*size*/) noexcept {
  std::free(made);
}

namespace wsalive::test {
namespace {

class MemoryShort : public testing::Test {
 protected:
  Winsock started_;
  Pair pair_ = connected_pair();
  std::array<char, 64> room_{};
};

TEST_F(MemoryShort, SelectAndPollOfManySocketsSaySo) {
  std::vector<char> big(sizeof(u_int) + alignof(SOCKET) + 300 * sizeof(SOCKET));
  auto* const set = reinterpret_cast<fd_set*>(big.data());
  set->fd_count = 300;
  for (u_int at = 0; at < 300; ++at) {
    reinterpret_cast<SOCKET*>(big.data() + offsetof(fd_set, fd_array))[at] = pair_.client;
  }
  std::vector<WSAPOLLFD> items(300, WSAPOLLFD{pair_.client, POLLWRNORM, 0});
  const timeval at_once{0, 0};
  {
    const ShortOfMemory now;
    EXPECT_EQ(select(0, set, nullptr, nullptr, &at_once), SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSAENOBUFS);
    EXPECT_EQ(WSAPoll(items.data(), 300, 0), SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSAENOBUFS);
  }
  EXPECT_EQ(set->fd_count, 300U);
  EXPECT_EQ(WSAPoll(items.data(), 300, 0), 300);
}

TEST_F(MemoryShort, AnOperationOfManyBuffersSaysSoAndIsNotKept) {
  std::array<WSABUF, 40> buffers{};
  buffers.fill(buffer_of(room_.data(), 1));
  OVERLAPPED overlapped{};
  ASSERT_EQ(receive_into(pair_.client, buffers[0], overlapped), WSA_IO_PENDING);  // Makes the rest.
  ASSERT_TRUE(CancelIoEx(reinterpret_cast<HANDLE>(pair_.client.get()), nullptr));
  const std::size_t before = winsock::operations_in_use();
  DWORD flags = 0;
  for (int round = 0; round < 3; ++round) {
    const ShortOfMemory now;
    EXPECT_EQ(WSARecv(pair_.client, buffers.data(), 40, nullptr, &flags, &overlapped, nullptr),
              SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSA_NOT_ENOUGH_MEMORY);
    EXPECT_EQ(WSASend(pair_.client, buffers.data(), 40, nullptr, 0, &overlapped, nullptr),
              SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSA_NOT_ENOUGH_MEMORY);
    // The server's socket has had no operation: its channel is to be made.
    EXPECT_EQ(receive_into(pair_.server, buffers[0], overlapped), WSA_NOT_ENOUGH_MEMORY);
  }
  EXPECT_EQ(winsock::operations_in_use(), before);
  EXPECT_EQ(WSASend(pair_.client, buffers.data(), 40, nullptr, 0, &overlapped, nullptr), 0);
}

TEST_F(MemoryShort, NetworkEventsSaySo) {
  const Own fresh = tcp();
  const OwnEvent event;
  {
    const ShortOfMemory now;
    EXPECT_EQ(WSAEventSelect(fresh, event.get(), FD_READ), SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSAENOBUFS);
    EXPECT_EQ(WSACreateEvent(), WSA_INVALID_EVENT);
    EXPECT_EQ(WSAGetLastError(), WSA_NOT_ENOUGH_MEMORY);
  }
  u_long off = 0;
  EXPECT_EQ(ioctlsocket(fresh, FIONBIO, &off), 0);  // Nothing was selected.
  EXPECT_EQ(WSAEventSelect(fresh, event.get(), FD_READ), 0);
}

int CALLBACK defers(LPWSABUF, LPWSABUF, LPQOS, LPQOS, LPWSABUF, LPWSABUF, GROUP*, DWORD_PTR) {
  return CF_DEFER;
}

TEST_F(MemoryShort, AConnectionThatCannotBeDeferredIsReset) {
  const Own from = listener();
  const Own client = tcp();
  ASSERT_EQ(connect_to(client, name_of(from)), 0);
  {
    const ShortOfMemory now;
    EXPECT_EQ(WSAAccept(from, nullptr, nullptr, defers, 0), INVALID_SOCKET);
    EXPECT_EQ(WSAGetLastError(), WSAENOBUFS);
  }
  EXPECT_TRUE(fails_with(recv(client, room_.data(), 1, 0), WSAECONNRESET));
  const Own next = tcp();
  ASSERT_EQ(connect_to(next, name_of(from)), 0);
  EXPECT_TRUE(no_socket(WSAAccept(from, nullptr, nullptr, defers, 0), WSATRY_AGAIN));
  EXPECT_NE(accept_one(from).get(), INVALID_SOCKET);
}

TEST(MemoryShortAtStart, WsaStartupSaysNotReadyAndCountsNothing) {  // K-100
  WSADATA data;
  int answer = 0;
  {
    const ShortOfMemory now;
    answer = WSAStartup(MAKEWORD(2, 2), &data);
  }
  EXPECT_EQ(answer, WSASYSNOTREADY);
  EXPECT_TRUE(fails_with(WSACleanup(), WSANOTINITIALISED));
  EXPECT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  EXPECT_EQ(WSACleanup(), 0);
}

}  // namespace
}  // namespace wsalive::test

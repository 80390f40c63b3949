// WSACreateEvent and its family, and WSAWaitForMultipleEvents with all its answers.

#include <winsock2.h>

#include <array>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/handle_count.hpp"
#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

/// WSA_WAIT_FAILED with that code.
testing::AssertionResult wait_fails(DWORD answer, int code) {
  if (answer != WSA_WAIT_FAILED) return testing::AssertionFailure() << "answered " << answer;
  return fails_with(SOCKET_ERROR, code);
}

DWORD wait(const std::vector<WSAEVENT>& events, BOOL all, DWORD ms, BOOL alertable = FALSE) {
  return WSAWaitForMultipleEvents(static_cast<DWORD>(events.size()), events.data(), all, ms,
                                  alertable);
}

class EventObjects : public testing::Test {
 protected:
  HandleCount handles_;
  Winsock started_;
};

TEST_F(EventObjects, AreManualResetAndNotSignaled) {
  const WSAEVENT event = WSACreateEvent();
  ASSERT_NE(event, WSA_INVALID_EVENT);
  EXPECT_EQ(wait({event}, FALSE, 0), static_cast<DWORD>(WSA_WAIT_TIMEOUT));
  EXPECT_TRUE(WSASetEvent(event));
  EXPECT_EQ(wait({event}, FALSE, 0), static_cast<DWORD>(WSA_WAIT_EVENT_0));
  EXPECT_EQ(wait({event}, FALSE, 0), static_cast<DWORD>(WSA_WAIT_EVENT_0));
  EXPECT_TRUE(WSAResetEvent(event));
  EXPECT_EQ(wait({event}, FALSE, 1), static_cast<DWORD>(WSA_WAIT_TIMEOUT));
  EXPECT_TRUE(SetEvent(event));  // The kernel's own event.
  EXPECT_EQ(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
  EXPECT_TRUE(WSACloseEvent(event));
  EXPECT_TRUE(refuses(WSACloseEvent(event), WSA_INVALID_HANDLE));
}

TEST_F(EventObjects, RefuseWhatIsNoEvent) {
  const HANDLE mutex = CreateMutexA(nullptr, FALSE, nullptr);
  const Own socket = tcp();
  for (const HANDLE handle : {HANDLE{}, mutex, reinterpret_cast<HANDLE>(socket.get()),
                              reinterpret_cast<HANDLE>(std::uintptr_t{0x7ffffff0})}) {
    EXPECT_TRUE(refuses(WSASetEvent(handle), WSA_INVALID_HANDLE));
    EXPECT_TRUE(refuses(WSAResetEvent(handle), WSA_INVALID_HANDLE));
    EXPECT_TRUE(refuses(WSACloseEvent(handle), WSA_INVALID_HANDLE));
  }
  EXPECT_TRUE(CloseHandle(mutex));
}

TEST_F(EventObjects, OfManyTheFirstSignaledIsNamedAndForAllTheFirst) {
  std::vector<WSAEVENT> made;
  for (DWORD at = 0; at < WSA_MAXIMUM_WAIT_EVENTS; ++at) made.push_back(WSACreateEvent());
  std::vector<WSAEVENT> events = made;
  EXPECT_EQ(wait(events, FALSE, 0), static_cast<DWORD>(WSA_WAIT_TIMEOUT));
  WSASetEvent(events[63]);
  EXPECT_EQ(wait(events, FALSE, 0), WSA_WAIT_EVENT_0 + 63);
  WSASetEvent(events[5]);
  EXPECT_EQ(wait(events, FALSE, 0), WSA_WAIT_EVENT_0 + 5);
  EXPECT_EQ(wait(events, TRUE, 0), static_cast<DWORD>(WSA_WAIT_TIMEOUT));
  std::thread setter{[&] {
    for (const WSAEVENT each : events) WSASetEvent(each);
  }};
  EXPECT_EQ(wait(events, TRUE, WSA_INFINITE), static_cast<DWORD>(WSA_WAIT_EVENT_0));
  setter.join();
  events.push_back(events[0]);
  EXPECT_TRUE(wait_fails(wait(events, FALSE, 0), WSA_INVALID_PARAMETER));
  events.pop_back();
  events[1] = events[0];
  EXPECT_TRUE(wait_fails(wait(events, TRUE, 0), WSA_INVALID_PARAMETER));
  EXPECT_EQ(wait(events, FALSE, 0), static_cast<DWORD>(WSA_WAIT_EVENT_0));
  for (const WSAEVENT each : made) EXPECT_TRUE(WSACloseEvent(each));
}

TEST_F(EventObjects, AWaitRefusesBadInput) {
  const WSAEVENT event = WSACreateEvent();
  EXPECT_TRUE(
      wait_fails(WSAWaitForMultipleEvents(0, &event, FALSE, 0, FALSE), WSA_INVALID_PARAMETER));
  EXPECT_TRUE(
      wait_fails(WSAWaitForMultipleEvents(1, nullptr, FALSE, 0, FALSE), WSA_INVALID_PARAMETER));
  EXPECT_TRUE(
      wait_fails(WSAWaitForMultipleEvents(1, reinterpret_cast<const WSAEVENT*>(8), FALSE, 0, FALSE),
                 WSAEFAULT));
  EXPECT_TRUE(wait_fails(wait({event, nullptr}, FALSE, 0), WSA_INVALID_HANDLE));
  EXPECT_TRUE(WSACloseEvent(event));
  EXPECT_TRUE(wait_fails(wait({event}, FALSE, 0), WSA_INVALID_HANDLE));
}

bool routine_ran = false;

TEST_F(EventObjects, AnAlertableWaitRunsRoutinesFirst) {
  const Pair pair = connected_pair();
  const WSAEVENT event = WSACreateEvent();
  OVERLAPPED overlapped{};
  char byte = 'x';
  routine_ran = false;
  ASSERT_EQ(send_from(pair.client, buffer_of(&byte, 1), overlapped,
                      [](DWORD, DWORD, LPWSAOVERLAPPED, DWORD) { routine_ran = true; }),
            0);
  EXPECT_EQ(wait({event}, FALSE, 5), static_cast<DWORD>(WSA_WAIT_TIMEOUT));
  EXPECT_FALSE(routine_ran);
  EXPECT_EQ(wait({event}, FALSE, 5'000, TRUE), static_cast<DWORD>(WSA_WAIT_IO_COMPLETION));
  EXPECT_TRUE(routine_ran);
  EXPECT_TRUE(WSACloseEvent(event));
}

TEST(EventObjectsUnstarted, SayThatNothingWasStarted) {  // K-20
  WSAEVENT event = nullptr;
  EXPECT_EQ(WSACreateEvent(), WSA_INVALID_EVENT);
  EXPECT_EQ(WSAGetLastError(), WSANOTINITIALISED);
  EXPECT_TRUE(refuses(WSASetEvent(event), WSANOTINITIALISED));
  EXPECT_TRUE(refuses(WSACloseEvent(event), WSANOTINITIALISED));
  EXPECT_TRUE(wait_fails(WSAWaitForMultipleEvents(0, nullptr, FALSE, 0, FALSE), WSANOTINITIALISED));
  WSANETWORKEVENTS events;
  EXPECT_TRUE(fails_with(WSAEventSelect(0, nullptr, FD_READ), WSANOTINITIALISED));
  EXPECT_TRUE(fails_with(WSAEnumNetworkEvents(0, nullptr, &events), WSANOTINITIALISED));
}

}  // namespace
}  // namespace wsalive::test

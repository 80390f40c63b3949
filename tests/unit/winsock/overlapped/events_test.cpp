// Overlapped sends and receives without a port: events, routines, questions, and cancelling.
// labels: net

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

class WithoutAPort : public testing::Test {
 protected:
  Winsock started_;
  Pair pair_ = connected_pair();
  std::array<char, 64> room_{};
  OVERLAPPED overlapped_{};
  OwnEvent event_;

  WSABUF room() { return buffer_of(room_.data(), room_.size()); }
  int receive(LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
    return receive_into(pair_.client, room(), overlapped_, routine);
  }
};

TEST_F(WithoutAPort, TheEventIsResetAtTheStartAndSetAtTheEnd) {
  SetEvent(event_.get());
  overlapped_.hEvent = event_.get();
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  EXPECT_FALSE(event_.is_set());
  ASSERT_EQ(send(pair_.server, "x", 1, 0), 1);
  EXPECT_TRUE(event_.is_set(10'000));
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair_.client, overlapped_, bytes), 0);
  EXPECT_EQ(bytes, 1U);
}

TEST_F(WithoutAPort, APendingResultIsIncompleteUnlessOneWaits) {
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  DWORD bytes = 99;
  DWORD flags = 99;
  EXPECT_FALSE(WSAGetOverlappedResult(pair_.client, &overlapped_, &bytes, FALSE, &flags));
  EXPECT_EQ(WSAGetLastError(), WSA_IO_INCOMPLETE);
  EXPECT_EQ(bytes, 99U);
  EXPECT_EQ(flags, 99U);
  std::thread sender{[&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    send(pair_.server, "x", 1, 0);
  }};
  EXPECT_EQ(result_of(pair_.client, overlapped_, bytes), 0);
  EXPECT_EQ(bytes, 1U);
  sender.join();
}

TEST_F(WithoutAPort, GetOverlappedResultExGivesUpAtItsTime) {
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  const auto file = reinterpret_cast<HANDLE>(pair_.client.get());
  DWORD bytes = 0;
  EXPECT_FALSE(GetOverlappedResultEx(file, &overlapped_, &bytes, 5, FALSE));
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(WAIT_TIMEOUT));
  EXPECT_FALSE(GetOverlappedResult(file, &overlapped_, &bytes, FALSE));
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_IO_INCOMPLETE));
  ASSERT_EQ(send(pair_.server, "x", 1, 0), 1);
  EXPECT_TRUE(GetOverlappedResult(file, &overlapped_, &bytes, TRUE));
  EXPECT_EQ(bytes, 1U);
}

struct Called {
  int times = 0;
  DWORD code = 0;
  DWORD bytes = 0;
  std::thread::id thread;
};
Called called;

void CALLBACK note_call(DWORD code, DWORD bytes, LPWSAOVERLAPPED, DWORD) {
  called = {called.times + 1, code, bytes, std::this_thread::get_id()};
}

TEST_F(WithoutAPort, ARoutineRunsInAnAlertableWaitOfTheThreadThatStartedIt) {
  called = {};
  EXPECT_EQ(receive(note_call), WSA_IO_PENDING);
  ASSERT_EQ(send(pair_.server, "abc", 3, 0), 3);
  EXPECT_EQ(SleepEx(10'000, TRUE), static_cast<DWORD>(WAIT_IO_COMPLETION));
  EXPECT_EQ(called.times, 1);
  EXPECT_EQ(called.code, 0U);
  EXPECT_EQ(called.bytes, 3U);
  EXPECT_EQ(called.thread, std::this_thread::get_id());
}

TEST_F(WithoutAPort, SuccessAtOnceRunsTheRoutineTooButOnlyWhenAlertable) {
  called = {};
  EXPECT_EQ(send_from(pair_.client, buffer_of(room_.data(), 5), overlapped_, note_call), 0);
  SleepEx(0, FALSE);
  EXPECT_EQ(called.times, 0);
  EXPECT_EQ(SleepEx(0, TRUE), static_cast<DWORD>(WAIT_IO_COMPLETION));
  EXPECT_EQ(called.times, 1);
  EXPECT_EQ(called.bytes, 5U);
}

TEST_F(WithoutAPort, CloseAbortsWhatIsPending) {
  EXPECT_EQ(receive(note_call), WSA_IO_PENDING);
  called = {};
  pair_.client.close();
  EXPECT_EQ(SleepEx(10'000, TRUE), static_cast<DWORD>(WAIT_IO_COMPLETION));
  EXPECT_EQ(called.code, static_cast<DWORD>(WSA_OPERATION_ABORTED));
}

TEST_F(WithoutAPort, CancelIoExEndsTheOneAskedForAndThenFindsNone) {
  std::array<OVERLAPPED, 2> both{};
  const auto file = reinterpret_cast<HANDLE>(pair_.client.get());
  for (OVERLAPPED& each : both) {
    EXPECT_EQ(receive_into(pair_.client, room(), each), WSA_IO_PENDING);
  }
  EXPECT_TRUE(CancelIoEx(file, &both[1]));
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair_.client, both[1], bytes), WSA_OPERATION_ABORTED);
  EXPECT_FALSE(HasOverlappedIoCompleted(&both[0]));
  EXPECT_TRUE(CancelIoEx(file, nullptr));
  EXPECT_EQ(result_of(pair_.client, both[0], bytes), WSA_OPERATION_ABORTED);
  EXPECT_FALSE(CancelIoEx(file, nullptr));
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_NOT_FOUND));
  ASSERT_EQ(send(pair_.server, "x", 1, 0), 1);
  EXPECT_EQ(recv(pair_.client, room_.data(), 1, 0), 1);  // Nothing was taken by the cancelled ones.
}

TEST_F(WithoutAPort, CancelIoEndsOnlyTheCallingThreadsOwn) {
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  const auto file = reinterpret_cast<HANDLE>(pair_.client.get());
  std::thread{[&] { EXPECT_TRUE(CancelIo(file)); }}.join();
  EXPECT_FALSE(HasOverlappedIoCompleted(&overlapped_));
  EXPECT_TRUE(CancelIo(file));
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair_.client, overlapped_, bytes), WSA_OPERATION_ABORTED);
}

TEST_F(WithoutAPort, AThreadsOperationsEndWithIt) {
  std::thread{[&] { EXPECT_EQ(receive(), WSA_IO_PENDING); }}.join();
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair_.client, overlapped_, bytes), WSA_OPERATION_ABORTED);
}

TEST_F(WithoutAPort, AReceiveIntoNothingTellsThatSomethingHasCome) {
  EXPECT_EQ(receive_into(pair_.client, buffer_of(room_.data(), 0), overlapped_), WSA_IO_PENDING);
  ASSERT_EQ(send(pair_.server, "x", 1, 0), 1);
  DWORD bytes = 9;
  EXPECT_EQ(result_of(pair_.client, overlapped_, bytes), 0);
  EXPECT_EQ(bytes, 0U);
  EXPECT_EQ(recv(pair_.client, room_.data(), 1, 0), 1);
}

TEST_F(WithoutAPort, SeveralBuffersAreFilledInTurn) {
  std::array<WSABUF, 6> buffers{};
  for (std::size_t at = 0; at < buffers.size(); ++at) buffers[at] = buffer_of(&room_[at * 2], 1);
  DWORD flags = MSG_WAITALL;
  EXPECT_EQ(WSARecv(pair_.client, buffers.data(), 6, nullptr, &flags, &overlapped_, nullptr),
            SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSA_IO_PENDING);
  buffers.fill({});  // The array is the library's copy.
  ASSERT_EQ(send(pair_.server, "abc", 3, 0), 3);
  ASSERT_EQ(send(pair_.server, "def", 3, 0), 3);
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair_.client, overlapped_, bytes), 0);
  EXPECT_EQ(bytes, 6U);
  EXPECT_EQ(room_[10], 'f');
}

TEST_F(WithoutAPort, BadInputIsRefusedAndNothingFollows) {
  const auto small = reinterpret_cast<OVERLAPPED*>(std::uintptr_t{8});
  WSABUF good = room();
  WSABUF nowhere{4, nullptr};
  DWORD flags = 0;
  const SOCKET client = pair_.client;
  EXPECT_TRUE(fails_with(WSARecv(client, &good, 1, nullptr, &flags, small, nullptr), WSAEFAULT));
  EXPECT_TRUE(
      fails_with(WSARecv(client, nullptr, 1, nullptr, &flags, &overlapped_, nullptr), WSAEFAULT));
  EXPECT_TRUE(
      fails_with(WSARecv(client, &good, 0, nullptr, &flags, &overlapped_, nullptr), WSAEINVAL));
  EXPECT_TRUE(
      fails_with(WSARecv(client, &good, 1, nullptr, nullptr, &overlapped_, nullptr), WSAEFAULT));
  EXPECT_TRUE(
      fails_with(WSARecv(client, &nowhere, 1, nullptr, &flags, &overlapped_, nullptr), WSAEFAULT));
  EXPECT_TRUE(
      fails_with(WSASend(client, &nowhere, 1, nullptr, 0, &overlapped_, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSARecv(INVALID_SOCKET, &good, 1, nullptr, &flags, &overlapped_, nullptr),
                         WSAENOTSOCK));
  overlapped_.hEvent = reinterpret_cast<HANDLE>(std::uintptr_t{0x12345678});
  EXPECT_TRUE(fails_with(WSARecv(client, &good, 1, nullptr, &flags, &overlapped_, nullptr),
                         WSA_INVALID_HANDLE));
  EXPECT_EQ(overlapped_.Internal, 0U);
  const Own fresh = tcp();
  EXPECT_EQ(receive_into(fresh, room(), overlapped_), WSAENOTCONN);  // K-102
  EXPECT_FALSE(CancelIoEx(reinterpret_cast<HANDLE>(client), nullptr));
}

TEST_F(WithoutAPort, ADatagramTellsItsSenderAndACutOneSaysSo) {
  const Own here = udp();
  const Own there = udp();
  ASSERT_EQ(bind_to(here, loopback()), 0);
  ASSERT_EQ(bind_to(there, loopback()), 0);
  sockaddr_in from{};
  int size = sizeof from;
  DWORD flags = 0;
  WSABUF four = buffer_of(room_.data(), 4);
  EXPECT_TRUE(
      fails_with(WSARecvFrom(here, &four, 1, nullptr, &flags, reinterpret_cast<sockaddr*>(&from),
                             &size, &overlapped_, nullptr),
                 WSA_IO_PENDING));
  const sockaddr_in to = name_of(here);
  OVERLAPPED sending{};
  WSABUF text = buffer_of(const_cast<char*>("longer"), 6);
  EXPECT_EQ(WSASendTo(there, &text, 1, nullptr, 0, reinterpret_cast<const sockaddr*>(&to),
                      sizeof to, &sending, nullptr),
            0);
  DWORD bytes = 0;
  EXPECT_FALSE(WSAGetOverlappedResult(here, &overlapped_, &bytes, TRUE, &flags));
  EXPECT_EQ(WSAGetLastError(), WSAEMSGSIZE);
  EXPECT_EQ(bytes, 4U);
  EXPECT_EQ(flags, static_cast<DWORD>(MSG_PARTIAL));
  EXPECT_EQ(from.sin_port, name_of(there).sin_port);
  EXPECT_EQ(from.sin_family, AF_INET);
}

TEST_F(WithoutAPort, ASocketWithoutTheFlagIgnoresTheOverlapped) {
  const Own listening = listener();
  const Own plain{WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, 0)};
  ASSERT_EQ(connect_to(plain, name_of(listening)), 0);
  DWORD sent = 0;
  WSABUF text = buffer_of(room_.data(), 3);
  EXPECT_EQ(WSASend(plain, &text, 1, &sent, 0, &overlapped_, nullptr), 0);
  EXPECT_EQ(sent, 3U);
}

}  // namespace
}  // namespace wsalive::test

// Sends and receives whose ends come out of a completion port.
// labels: net

#include <winsock2.h>

#include <array>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr ULONG_PTR kKey = 7;

class OnAPort : public testing::Test {
 protected:
  OnAPort() { port_.add(pair_.client, kKey); }

  Winsock started_;
  Port port_;
  Pair pair_ = connected_pair();
  std::array<char, 64> room_{};
  OVERLAPPED overlapped_{};

  int receive() {
    return receive_into(pair_.client, buffer_of(room_.data(), room_.size()), overlapped_);
  }
};

TEST_F(OnAPort, AReceiveThatFindsDataEndsAtOnceAndQueuesItsPacketAllTheSame) {
  ASSERT_EQ(send(pair_.server, "hello", 5, 0), 5);
  const int code = receive();
  EXPECT_TRUE(code == 0 || code == WSA_IO_PENDING) << code;
  EXPECT_EQ(port_.take(), (Taken{0, 5, kKey, &overlapped_}));
  EXPECT_STREQ(room_.data(), "hello");
  EXPECT_TRUE(port_.is_empty());
}

TEST_F(OnAPort, AReceiveWithoutDataIsPendingUntilSomeComes) {
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  EXPECT_FALSE(HasOverlappedIoCompleted(&overlapped_));
  EXPECT_TRUE(port_.is_empty());
  ASSERT_EQ(send(pair_.server, "later", 5, 0), 5);
  EXPECT_EQ(port_.take(), (Taken{0, 5, kKey, &overlapped_}));
  EXPECT_TRUE(HasOverlappedIoCompleted(&overlapped_));
}

TEST_F(OnAPort, AThreadThatWaitsAlreadyHearsOfIt) {
  Taken taken;
  std::thread waiter{[&] { taken = port_.take(); }};
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  ASSERT_EQ(send(pair_.server, "x", 1, 0), 1);
  waiter.join();
  EXPECT_EQ(taken, (Taken{0, 1, kKey, &overlapped_}));
}

TEST_F(OnAPort, TheOrderlyEndIsNoBytesAndNoError) {
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  pair_.server.close();
  EXPECT_EQ(port_.take(), (Taken{0, 0, kKey, &overlapped_}));
}

TEST_F(OnAPort, AnEndThatCameWithTheLastBytesIsHeardToo) {
  ASSERT_EQ(send(pair_.server, "bye", 3, 0), 3);
  pair_.server.close();
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  for (const DWORD bytes : {3U, 0U, 0U}) {
    const int code = receive();
    EXPECT_TRUE(code == 0 || code == WSA_IO_PENDING);
    EXPECT_EQ(port_.take(), (Taken{0, bytes, kKey, &overlapped_}));
  }
}

TEST_F(OnAPort, PacketsComeInTheOrderOfTheReceives) {
  constexpr std::size_t kCount = 20;
  std::array<OVERLAPPED, kCount> overlapped{};
  std::array<char, kCount> octets{};
  for (std::size_t at = 0; at < kCount; ++at) {
    EXPECT_EQ(receive_into(pair_.client, buffer_of(&octets[at], 1), overlapped[at]),
              WSA_IO_PENDING);
  }
  ASSERT_EQ(send(pair_.server, "abcdefghijklmnopqrst", kCount, 0), static_cast<int>(kCount));
  for (std::size_t at = 0; at < kCount; ++at) {
    EXPECT_EQ(port_.take(), (Taken{0, 1, kKey, &overlapped[at]}));
    EXPECT_EQ(octets[at], static_cast<char>('a' + at));
  }
}

TEST_F(OnAPort, ASendIsToldWhenAllOfItIsOnItsWay) {
  std::vector<char> much(std::size_t{32} << 20, 'm');
  EXPECT_EQ(send_from(pair_.client, buffer_of(much.data(), much.size()), overlapped_),
            WSA_IO_PENDING);
  EXPECT_TRUE(port_.is_empty());
  std::size_t got = 0;
  std::thread reader{[&] {
    std::vector<char> into(1 << 20);
    while (got < much.size()) {
      const int bytes = recv(pair_.server, into.data(), static_cast<int>(into.size()), 0);
      if (bytes <= 0) break;
      got += static_cast<std::size_t>(bytes);
    }
  }};
  EXPECT_EQ(port_.take(), (Taken{0, static_cast<DWORD>(much.size()), kKey, &overlapped_}));
  reader.join();
  EXPECT_EQ(got, much.size());
}

TEST_F(OnAPort, WhatIsPendingGoesOnWhileEveryThreadIsBusy) {
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  ASSERT_EQ(send(pair_.server, "x", 1, 0), 1);
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair_.client, overlapped_, bytes), 0);  // No thread asks the port.
  EXPECT_EQ(bytes, 1U);
  EXPECT_EQ(port_.take(), (Taken{0, 1, kKey, &overlapped_}));
}

TEST_F(OnAPort, AnOperationOutlivesTheThreadThatStartedIt) {
  std::thread{[&] { EXPECT_EQ(receive(), WSA_IO_PENDING); }}.join();
  ASSERT_EQ(send(pair_.server, "x", 1, 0), 1);
  EXPECT_EQ(port_.take(), (Taken{0, 1, kKey, &overlapped_}));
}

TEST_F(OnAPort, AClosedSocketsOperationsAreAborted) {
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  pair_.client.close();
  EXPECT_EQ(port_.take(), (Taken{ERROR_OPERATION_ABORTED, 0, kKey, &overlapped_}));
}

TEST_F(OnAPort, APeersResetIsADeletedNetName) {  // K-92
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  const LINGER at_once{1, 0};
  ASSERT_EQ(setsockopt(pair_.server, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&at_once),
                       sizeof at_once),
            0);
  pair_.server.close();
  EXPECT_EQ(port_.take(), (Taken{ERROR_NETNAME_DELETED, 0, kKey, &overlapped_}));
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair_.client, overlapped_, bytes), WSAECONNRESET);
}

TEST_F(OnAPort, TheLowBitOfTheEventKeepsThePacketOut) {
  const OwnEvent event;
  overlapped_.hEvent = reinterpret_cast<HANDLE>(reinterpret_cast<ULONG_PTR>(event.get()) | 1);
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  ASSERT_EQ(send(pair_.server, "x", 1, 0), 1);
  EXPECT_TRUE(event.is_set(10'000));
  EXPECT_TRUE(port_.is_empty());
}

TEST_F(OnAPort, SuccessAtOnceQueuesNothingWhereTheProgramSaidSo) {
  ASSERT_TRUE(SetFileCompletionNotificationModes(reinterpret_cast<HANDLE>(pair_.client.get()),
                                                 FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
  EXPECT_EQ(send_from(pair_.client, buffer_of(room_.data(), 1), overlapped_), 0);
  EXPECT_TRUE(port_.is_empty());
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  ASSERT_EQ(send(pair_.server, "x", 1, 0), 1);
  EXPECT_EQ(port_.take(), (Taken{0, 1, kKey, &overlapped_}));
}

TEST_F(OnAPort, AClosedPortTakesNoMoreAndLosesNothingElse) {
  EXPECT_EQ(receive(), WSA_IO_PENDING);
  port_.close();
  ASSERT_EQ(send(pair_.server, "x", 1, 0), 1);
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair_.client, overlapped_, bytes), 0);
  EXPECT_EQ(bytes, 1U);
}

TEST_F(OnAPort, APollingThreadIsWokenByAPostedPacketAndByTheEnd) {
  Taken posted;
  Taken ended;
  const OwnEvent took;
  std::thread waiter{[&] {
    posted = port_.take();
    SetEvent(took.get());
    ended = port_.take();
  }};
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  EXPECT_TRUE(PostQueuedCompletionStatus(port_.get(), 3, 9, nullptr));
  EXPECT_TRUE(took.is_set(10'000));
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  port_.close();
  waiter.join();
  EXPECT_EQ(posted, (Taken{0, 3, 9, nullptr}));
  // A thread that comes too late to wait finds the handle closed.
  EXPECT_TRUE(ended.code == ERROR_ABANDONED_WAIT_0 || ended.code == ERROR_INVALID_HANDLE);
}

TEST_F(OnAPort, SeveralPacketsComeOutAtOnce) {
  std::array<OVERLAPPED, 3> overlapped{};
  std::array<char, 3> octets{};
  for (std::size_t at = 0; at < 3; ++at) {
    EXPECT_EQ(receive_into(pair_.client, buffer_of(&octets[at], 1), overlapped[at]),
              WSA_IO_PENDING);
  }
  ASSERT_EQ(send(pair_.server, "abc", 3, 0), 3);
  std::array<OVERLAPPED_ENTRY, 8> entries{};
  ULONG count = 0;
  ASSERT_TRUE(GetQueuedCompletionStatusEx(port_.get(), entries.data(), 8, &count, 10'000, FALSE));
  EXPECT_EQ(count, 3U);
  EXPECT_EQ(entries[2].lpOverlapped, &overlapped[2]);
  EXPECT_EQ(entries[0].dwNumberOfBytesTransferred, 1U);
}

TEST_F(OnAPort, ASocketHasOnePortForGood) {
  const Port other;
  EXPECT_EQ(CreateIoCompletionPort(reinterpret_cast<HANDLE>(pair_.client.get()), other.get(), 1, 0),
            nullptr);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(CreateIoCompletionPort(reinterpret_cast<HANDLE>(SOCKET{0x3fffffff}), other.get(), 1, 0),
            nullptr);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_HANDLE));
}

TEST_F(OnAPort, ARoutineAndAPortExcludeEachOther) {
  const auto routine = [](DWORD, DWORD, LPWSAOVERLAPPED, DWORD) {};
  EXPECT_EQ(receive_into(pair_.client, buffer_of(room_.data(), 1), overlapped_, routine),
            WSAEINVAL);
}

}  // namespace
}  // namespace wsalive::test

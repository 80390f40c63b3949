// The connect family pends, however soon its end is known, and ends by what the program has asked for: a packet, an event or
// the OVERLAPPED alone. A port takes what waits already. K-131 to K-134
// labels: net

#include <winsock2.h>

#include <mswsock.h>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "support/pending_requests.hpp"
#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr ULONG_PTR kKey = 11;
constexpr DWORD kName = sizeof(sockaddr_in) + 16;
constexpr ULONG_PTR kUntouched = 0x5a5a;
constexpr ULONG_PTR kStatusPending = 0x103;

OVERLAPPED with_high(ULONG_PTR value) {
  OVERLAPPED made{};
  made.InternalHigh = value;
  return made;
}

/// What one operation needs, and whom its end is told by.
struct Stage {
  Own from = listener();
  Own bound = tcp();
  Own accepting = tcp();
  Pair pair = connected_pair();
  Own client = tcp();
  std::array<char, 128> room{};
  sockaddr_in nobody = loopback();

  Stage() {
    EXPECT_EQ(bind_to(bound, loopback()), 0);
    const Own gone = listener();
    nobody = name_of(gone);
  }
  void reset_pair() {
    const LINGER at_once{1, 0};
    setsockopt(pair.server, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&at_once),
               sizeof at_once);
    pair.server.close();
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  BOOL connect_ex(const sockaddr_in& to, OVERLAPPED& overlapped) {
    return ConnectEx(bound, reinterpret_cast<const sockaddr*>(&to), sizeof to, nullptr, 0, nullptr,
                     &overlapped);
  }
};

struct Known {
  std::string name;
  SOCKET (*socket)(Stage&);  // The one that the operation is started on.
  BOOL (*start)(Stage&, OVERLAPPED&);
  DWORD win32;  // What GetQueuedCompletionStatus says.
  int wsa;      // What WSAGetOverlappedResult says.
  DWORD bytes = 0;
};

std::ostream& operator<<(std::ostream& out, const Known& known) { return out << known.name; }

char g_text[] = "text";

const std::array kKnown{
    Known{"ConnectExThatSucceeds", [](Stage& on) { return on.bound.get(); },
          [](Stage& on, OVERLAPPED& overlapped) {
            return on.connect_ex(name_of(on.from), overlapped);
          },
          0, 0},
    Known{"ConnectExThatIsRefused", [](Stage& on) { return on.bound.get(); },
          [](Stage& on, OVERLAPPED& overlapped) { return on.connect_ex(on.nobody, overlapped); },
          ERROR_CONNECTION_REFUSED, WSAECONNREFUSED},
    Known{"AcceptExOfAConnectionThatIsThere", [](Stage& on) { return on.from.get(); },
          [](Stage& on, OVERLAPPED& overlapped) {
            EXPECT_EQ(connect_to(on.client, name_of(on.from)), 0);
            return AcceptEx(on.from, on.accepting, on.room.data(), 0, kName, kName, nullptr,
                            &overlapped);
          },
          0, 0},
    Known{"DisconnectEx", [](Stage& on) { return on.pair.client.get(); },
          [](Stage& on, OVERLAPPED& overlapped) {
            return DisconnectEx(on.pair.client, &overlapped, 0, 0);
          },
          0, 0},
    Known{"DisconnectExForReuse", [](Stage& on) { return on.pair.client.get(); },
          [](Stage& on, OVERLAPPED& overlapped) {
            on.pair.server.close();
            return DisconnectEx(on.pair.client, &overlapped, TF_REUSE_SOCKET, 0);
          },
          0, 0},
    Known{"TransmitFile", [](Stage& on) { return on.pair.client.get(); },
          [](Stage& on, OVERLAPPED& overlapped) {
            TRANSMIT_FILE_BUFFERS text{g_text, 4, nullptr, 0};
            return TransmitFile(on.pair.client, nullptr, 0, 0, &overlapped, &text, 0);
          },
          0, 0, 4},
    Known{"TransmitFileToAPeerThatHasReset", [](Stage& on) { return on.pair.client.get(); },
          [](Stage& on, OVERLAPPED& overlapped) {
            on.reset_pair();
            TRANSMIT_FILE_BUFFERS text{g_text, 4, nullptr, 0};
            return TransmitFile(on.pair.client, nullptr, 0, 0, &overlapped, &text, 0);
          },
          ERROR_NETNAME_DELETED, WSAECONNRESET},
    Known{"TransmitPackets", [](Stage& on) { return on.pair.client.get(); },
          [](Stage& on, OVERLAPPED& overlapped) {
            TRANSMIT_PACKETS_ELEMENT text{};
            text.dwElFlags = TP_ELEMENT_MEMORY;
            text.cLength = 4;
            text.pBuffer = g_text;
            return TransmitPackets(on.pair.client, &text, 1, 0, &overlapped, 0);
          },
          0, 0, 4},
};

class KnownAtOnce : public testing::TestWithParam<Known> {
 protected:
  Winsock started_;
  Stage stage_;
  OVERLAPPED overlapped_ = with_high(kUntouched);

  void start() { EXPECT_TRUE(refuses(GetParam().start(stage_, overlapped_), WSA_IO_PENDING)); }
  void expect_result() {
    DWORD bytes = 99;
    EXPECT_EQ(result_of(GetParam().socket(stage_), overlapped_, bytes), GetParam().wsa);
    EXPECT_EQ(bytes, GetParam().bytes);
    EXPECT_EQ(overlapped_.InternalHigh, GetParam().bytes);
    EXPECT_EQ(overlapped_.Internal != 0, GetParam().wsa != 0);
  }
};

TEST_P(KnownAtOnce, EndsByItsPacket) {  // K-131, K-132
  const Port port;
  port.add(GetParam().socket(stage_), kKey);
  start();
  EXPECT_EQ(port.take(), (Taken{GetParam().win32, GetParam().bytes, kKey, &overlapped_}));
  EXPECT_TRUE(port.is_empty());
  expect_result();
}

TEST_P(KnownAtOnce, EndsByItsPacketWhereSuccessAtOnceHasNone) {  // K-131
  const Port port;
  const SOCKET socket = GetParam().socket(stage_);
  port.add(socket, kKey);
  ASSERT_TRUE(SetFileCompletionNotificationModes(reinterpret_cast<HANDLE>(socket),
                                                 FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
  start();
  EXPECT_EQ(port.take(), (Taken{GetParam().win32, GetParam().bytes, kKey, &overlapped_}));
}

TEST_P(KnownAtOnce, EndsByItsEvent) {  // K-131
  const OwnEvent event;
  overlapped_.hEvent = event.get();
  start();
  EXPECT_TRUE(event.is_set(10'000));
  expect_result();
}

TEST_P(KnownAtOnce, EndsWithNothingButItsOverlapped) {  // K-131
  start();
  expect_result();
}

INSTANTIATE_TEST_SUITE_P(Operations, KnownAtOnce, testing::ValuesIn(kKnown),
                         [](const auto& tested) { return tested.param.name; });

class Pending : public testing::Test {
 protected:
  Winsock started_;
  Stage stage_;
  OVERLAPPED overlapped_ = with_high(kUntouched);
  Port port_;
};

TEST_F(Pending, ShowsItselfInInternalAlone) {  // K-135
  EXPECT_EQ(receive_into(stage_.pair.client, buffer_of(stage_.room.data(), 8), overlapped_),
            WSA_IO_PENDING);
  EXPECT_EQ(overlapped_.Internal, kStatusPending);
  EXPECT_EQ(overlapped_.InternalHigh, kUntouched);
  EXPECT_TRUE(CancelIoEx(reinterpret_cast<HANDLE>(stage_.pair.client.get()), nullptr));
  EXPECT_EQ(overlapped_.InternalHigh, 0U);
}

TEST_F(Pending, ACallThatIsRefusedLeavesItsOverlapped) {  // K-135
  overlapped_.Internal = kUntouched;
  overlapped_.hEvent = reinterpret_cast<HANDLE>(0x7ff0);
  EXPECT_TRUE(refuses(stage_.connect_ex(name_of(stage_.from), overlapped_), ERROR_INVALID_HANDLE));
  EXPECT_TRUE(refuses(DisconnectEx(stage_.pair.client, &overlapped_, 0, 0), ERROR_INVALID_HANDLE));
  overlapped_.hEvent = nullptr;
  EXPECT_TRUE(refuses(DisconnectEx(stage_.bound, &overlapped_, 0, 0), WSAENOTCONN));
  EXPECT_EQ(receive_into(stage_.bound, buffer_of(stage_.room.data(), 8), overlapped_), WSAENOTCONN);
  EXPECT_EQ(overlapped_.Internal, kUntouched);
  EXPECT_EQ(overlapped_.InternalHigh, kUntouched);
}

TEST_F(Pending, APortThatIsJoinedMeanwhileHearsOfIt) {  // K-134
  const Pair& pair = stage_.pair;
  OVERLAPPED second{};
  EXPECT_EQ(receive_into(pair.client, buffer_of(stage_.room.data(), 1), overlapped_),
            WSA_IO_PENDING);
  EXPECT_EQ(receive_into(pair.client, buffer_of(stage_.room.data() + 1, 1), second),
            WSA_IO_PENDING);
  port_.add(pair.client, kKey);
  ASSERT_EQ(send(pair.server, "ab", 2, 0), 2);
  EXPECT_EQ(port_.take(), (Taken{0, 1, kKey, &overlapped_}));
  EXPECT_EQ(port_.take(), (Taken{0, 1, kKey, &second}));
  EXPECT_TRUE(port_.is_empty());
  EXPECT_EQ(receive_into(pair.client, buffer_of(stage_.room.data(), 1), second), WSA_IO_PENDING);
  ASSERT_EQ(send(pair.server, "c", 1, 0), 1);
  EXPECT_EQ(port_.take(), (Taken{0, 1, kKey, &second}));
}

TEST_F(Pending, AndSoDoesWhatTheReactorsThreadWasToEnd) {  // K-134
  EXPECT_EQ(receive_into(stage_.pair.client, buffer_of(stage_.room.data(), 1), overlapped_),
            WSA_IO_PENDING);
  port_.add(stage_.pair.client, kKey);
  ASSERT_EQ(send(stage_.pair.server, "a", 1, 0), 1);
  DWORD bytes = 0;
  EXPECT_EQ(result_of(stage_.pair.client, overlapped_, bytes), 0);  // Nobody asks the port.
  EXPECT_EQ(port_.take(), (Taken{0, 1, kKey, &overlapped_}));
}

TEST_F(Pending, ThePortLeavesOutWhatWantsNoPacket) {  // K-134
  const OwnEvent event;
  overlapped_.hEvent = reinterpret_cast<HANDLE>(reinterpret_cast<ULONG_PTR>(event.get()) | 1);
  EXPECT_EQ(receive_into(stage_.pair.client, buffer_of(stage_.room.data(), 1), overlapped_),
            WSA_IO_PENDING);
  static DWORD heard;
  heard = 0;
  OVERLAPPED by_routine{};
  EXPECT_EQ(receive_into(stage_.pair.client, buffer_of(stage_.room.data() + 1, 1), by_routine,
                         [](DWORD, DWORD bytes, WSAOVERLAPPED*, DWORD) { heard += bytes; }),
            WSA_IO_PENDING);
  port_.add(stage_.pair.client, kKey);
  ASSERT_EQ(send(stage_.pair.server, "ab", 2, 0), 2);
  EXPECT_TRUE(event.is_set(10'000));
  EXPECT_EQ(SleepEx(10'000, TRUE), static_cast<DWORD>(WAIT_IO_COMPLETION));
  EXPECT_EQ(heard, 1U);
  EXPECT_TRUE(port_.is_empty());
}

TEST_F(Pending, AListenersPortHearsOfAnAcceptThatWaitsForData) {  // K-134
  ASSERT_TRUE(refuses(AcceptEx(stage_.from, stage_.accepting, stage_.room.data(), 8, kName, kName,
                               nullptr, &overlapped_),
                      ERROR_IO_PENDING));
  ASSERT_EQ(connect_to(stage_.client, name_of(stage_.from)), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  const Port other;
  other.add(stage_.accepting, kKey + 1);
  port_.add(stage_.from, kKey);
  ASSERT_EQ(send(stage_.client, "first", 5, 0), 5);
  EXPECT_EQ(port_.take(), (Taken{0, 5, kKey, &overlapped_}));
  EXPECT_TRUE(other.is_empty());
}

TEST_F(Pending, ASocketHasOnePortAllTheSame) {
  port_.add(stage_.pair.client, kKey);
  EXPECT_EQ(receive_into(stage_.pair.client, buffer_of(stage_.room.data(), 1), overlapped_),
            WSA_IO_PENDING);
  const Port other;
  EXPECT_EQ(CreateIoCompletionPort(reinterpret_cast<HANDLE>(stage_.pair.client.get()), other.get(),
                                   kKey, 0),
            nullptr);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
}

TEST_F(Pending, AnAcceptExKeepsConnectsFromItsSocket) {  // K-133
  ASSERT_TRUE(refuses(AcceptEx(stage_.from, stage_.accepting, stage_.room.data(), 0, kName, kName,
                               nullptr, &overlapped_),
                      ERROR_IO_PENDING));
  const Own elsewhere = listener();
  sockaddr_in to = name_of(elsewhere);
  EXPECT_TRUE(fails_with(connect_to(stage_.accepting, to), WSAEINVAL));
  EXPECT_TRUE(fails_with(WSAConnect(stage_.accepting, reinterpret_cast<sockaddr*>(&to), sizeof to,
                                    nullptr, nullptr, nullptr, nullptr),
                         WSAEINVAL));
  OVERLAPPED second{};
  EXPECT_TRUE(refuses(ConnectEx(stage_.accepting, reinterpret_cast<sockaddr*>(&to), sizeof to,
                                nullptr, 0, nullptr, &second),
                      WSAEINVAL));
  EXPECT_FALSE(connect_by_list(stage_.accepting, to));
  EXPECT_EQ(WSAGetLastError(), WSAEINVAL);
  EXPECT_EQ(connect_to(stage_.client, name_of(stage_.from)), 0);
  DWORD bytes = 0;
  EXPECT_EQ(result_of(stage_.from, overlapped_, bytes), 0);
  EXPECT_EQ(send(stage_.accepting, "x", 1, 0), 1);
}

TEST_F(Pending, ACancelledAcceptExLeavesItsSocketFree) {  // K-133
  ASSERT_TRUE(refuses(AcceptEx(stage_.from, stage_.accepting, stage_.room.data(), 0, kName, kName,
                               nullptr, &overlapped_),
                      ERROR_IO_PENDING));
  EXPECT_TRUE(CancelIoEx(reinterpret_cast<HANDLE>(stage_.from.get()), &overlapped_));
  const Own elsewhere = listener();
  EXPECT_EQ(connect_to(stage_.accepting, name_of(elsewhere)), 0);
}

}  // namespace
}  // namespace wsalive::test

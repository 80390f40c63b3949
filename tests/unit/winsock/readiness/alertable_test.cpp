// Blocking calls wait alertably: what is queued to the thread runs while it waits, and the call goes on. K-136
// labels: net

#include <winsock2.h>

#include <mswsock.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/pending_requests.hpp"
#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr DWORD kLong = 10'000;

/// What the calls wait for, and how it is made to come.
struct Stage {
  Own from = listener();
  Own client = tcp();
  Own datagrams = udp();
  Pair pair = connected_pair();
  Deaf deaf;
  std::vector<char> much = std::vector<char>(std::size_t{32} << 20);
  std::array<char, 8> room{};

  Stage() { EXPECT_EQ(bind_to(datagrams, loopback()), 0); }
  void give_octet() { EXPECT_EQ(send(pair.server, "x", 1, 0), 1); }
  void give_connection() { EXPECT_EQ(connect_to(client, name_of(from)), 0); }
  void give_message() {
    const Own other = udp();
    const sockaddr_in to = name_of(datagrams);
    EXPECT_EQ(sendto(other, "m", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to), 1);
  }
  void take_much() {
    std::vector<char> into(1 << 20);
    std::size_t got = 0;
    while (got < much.size()) {
      const int some = recv(pair.server, into.data(), static_cast<int>(into.size()), 0);
      if (some <= 0) break;
      got += static_cast<std::size_t>(some);
    }
  }
};

struct Blocking {
  std::string name;
  int (*call)(Stage&);  // Its result; or SOCKET_ERROR.
  void (*satisfy)(Stage&);
  int result;
};

std::ostream& operator<<(std::ostream& out, const Blocking& blocking) {
  return out << blocking.name;
}

int by_buffers(Stage& on, bool sends) {
  WSABUF buffer = sends ? buffer_of(on.much.data(), on.much.size()) : buffer_of(on.room.data(), 8);
  DWORD bytes = 0;
  DWORD flags = 0;
  const int result = sends ? WSASend(on.pair.client, &buffer, 1, &bytes, 0, nullptr, nullptr)
                           : WSARecv(on.pair.client, &buffer, 1, &bytes, &flags, nullptr, nullptr);
  return result == 0 ? static_cast<int>(bytes) : result;
}

int by_select(SOCKET s) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(s, &set);
  return select(0, &set, nullptr, nullptr, nullptr);
}

int taken(SOCKET accepted) {
  if (accepted == INVALID_SOCKET) return SOCKET_ERROR;
  closesocket(accepted);
  return 0;
}

void give_octet(Stage& on) { on.give_octet(); }
void give_connection(Stage& on) { on.give_connection(); }
void give_message(Stage& on) { on.give_message(); }
void take_much(Stage& on) { on.take_much(); }
void refuse(Stage& on) { on.deaf.refuse(); }

constexpr int kMuch = 32 << 20;

const std::array kCalls{
    Blocking{"accept", [](Stage& on) { return taken(accept(on.from, nullptr, nullptr)); },
             give_connection, 0},
    Blocking{"WSAAccept",
             [](Stage& on) { return taken(WSAAccept(on.from, nullptr, nullptr, nullptr, 0)); },
             give_connection, 0},
    Blocking{"recv", [](Stage& on) { return recv(on.pair.client, on.room.data(), 8, 0); },
             give_octet, 1},
    Blocking{"WSARecv", [](Stage& on) { return by_buffers(on, false); }, give_octet, 1},
    Blocking{
        "recvfrom",
        [](Stage& on) { return recvfrom(on.datagrams, on.room.data(), 8, 0, nullptr, nullptr); },
        give_message, 1},
    Blocking{"send", [](Stage& on) { return send(on.pair.client, on.much.data(), kMuch, 0); },
             take_much, kMuch},
    Blocking{"WSASend", [](Stage& on) { return by_buffers(on, true); }, take_much, kMuch},
    Blocking{"connect", [](Stage& on) { return connect_to(on.client, on.deaf.address()); }, refuse,
             SOCKET_ERROR},
    Blocking{"WSAConnectByList",
             [](Stage& on) { return connect_by_list(on.client, on.deaf.address()) ? 0 : -1; },
             refuse, SOCKET_ERROR},
    Blocking{"select", [](Stage& on) { return by_select(on.pair.client); }, give_octet, 1},
    Blocking{"WSAPoll",
             [](Stage& on) {
               WSAPOLLFD item{on.pair.client, POLLRDNORM, 0};
               return WSAPoll(&item, 1, static_cast<INT>(kLong));
             },
             give_octet, 1},
};

/// A thread of Windows' kind that makes the call.
class Caller {
 public:
  Caller(Stage& stage, const Blocking& blocking) : stage_(stage), blocking_(blocking) {
    thread_ = CreateThread(nullptr, 0, body, this, 0, nullptr);
    EXPECT_NE(thread_, nullptr);
  }
  ~Caller() {
    EXPECT_EQ(WaitForSingleObject(thread_, kLong), WAIT_OBJECT_0) << blocking_;
    CloseHandle(thread_);
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  [[nodiscard]] HANDLE thread() const { return thread_; }
  [[nodiscard]] bool has_ended(DWORD milliseconds = 0) const {
    return WaitForSingleObject(thread_, milliseconds) == WAIT_OBJECT_0;
  }
  [[nodiscard]] int result() const { return result_; }
  [[nodiscard]] int code() const { return code_; }

 private:
  static DWORD WINAPI body(void* self) {
    auto& caller = *static_cast<Caller*>(self);
    caller.result_ = caller.blocking_.call(caller.stage_);
    caller.code_ = caller.result_ < 0 ? WSAGetLastError() : 0;
    return 0;
  }

  Stage& stage_;
  const Blocking& blocking_;
  HANDLE thread_ = nullptr;
  std::atomic<int> result_{-99};
  std::atomic<int> code_{-99};
};

void WINAPI set_event(ULONG_PTR event) { SetEvent(reinterpret_cast<HANDLE>(event)); }
ULONG_PTR argument(HANDLE event) { return reinterpret_cast<ULONG_PTR>(event); }

void settle() { std::this_thread::sleep_for(std::chrono::milliseconds{50}); }

class WaitsAlertably : public testing::TestWithParam<Blocking> {
 protected:
  Winsock started_;
  Stage stage_;
};

TEST_P(WaitsAlertably, SoCallsThatAreQueuedRunAndItGoesOn) {  // K-136
  const OwnEvent first;
  const OwnEvent second;
  Caller caller{stage_, GetParam()};
  settle();
  ASSERT_NE(QueueUserAPC(set_event, caller.thread(), argument(first.get())), 0U);
  EXPECT_TRUE(first.is_set(kLong));
  settle();
  ASSERT_NE(QueueUserAPC(set_event, caller.thread(), argument(second.get())), 0U);
  EXPECT_TRUE(second.is_set(kLong));
  EXPECT_FALSE(caller.has_ended());
  GetParam().satisfy(stage_);
  EXPECT_TRUE(caller.has_ended(kLong));
  EXPECT_EQ(caller.result(), GetParam().result) << caller.code();
}

INSTANTIATE_TEST_SUITE_P(Calls, WaitsAlertably, testing::ValuesIn(kCalls),
                         [](const auto& tested) { return tested.param.name; });

class Alertable : public testing::Test {
 protected:
  Winsock started_;
  Stage stage_;
  OVERLAPPED overlapped_{};
};

TEST_F(Alertable, ARoutineThatIsDueRunsWhileItsThreadWaits) {  // K-136
  static std::atomic<int> heard;
  heard = 0;
  const Pair other = connected_pair();
  std::array<char, 8> room{};
  ASSERT_EQ(receive_into(other.client, buffer_of(room.data(), 8), overlapped_,
                         [](DWORD, DWORD bytes, WSAOVERLAPPED*, DWORD) {
                           heard += static_cast<int>(bytes);
                         }),
            WSA_IO_PENDING);
  std::thread peer{[&] {
    settle();
    EXPECT_EQ(send(other.server, "abc", 3, 0), 3);
    for (int looks = 0; heard == 0 && looks < 500; ++looks) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    EXPECT_EQ(heard, 3);
    stage_.give_octet();
  }};
  EXPECT_EQ(recv(stage_.pair.client, stage_.room.data(), 8, 0), 1);
  peer.join();
}

TEST_F(Alertable, ACallThatNeedNotWaitRunsNothing) {  // K-136
  const OwnEvent event;
  HANDLE self = nullptr;
  ASSERT_TRUE(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &self,
                              0, FALSE, DUPLICATE_SAME_ACCESS));
  ASSERT_NE(QueueUserAPC(set_event, self, argument(event.get())), 0U);
  stage_.give_octet();
  settle();
  EXPECT_EQ(by_select(stage_.pair.client), 1);
  EXPECT_EQ(recv(stage_.pair.client, stage_.room.data(), 8, 0), 1);
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(stage_.pair.client, FIONBIO, &on), 0);
  EXPECT_TRUE(fails_with(recv(stage_.pair.client, stage_.room.data(), 8, 0), WSAEWOULDBLOCK));
  EXPECT_FALSE(event.is_set());
  EXPECT_EQ(SleepEx(0, TRUE), static_cast<DWORD>(WAIT_IO_COMPLETION));
  EXPECT_TRUE(event.is_set());
  CloseHandle(self);
}

TEST_F(Alertable, TheTimeOutIsTheWholeCallsAllTheSame) {  // K-111, K-136
  const DWORD limit = 300;
  ASSERT_EQ(setsockopt(stage_.pair.client, SOL_SOCKET, SO_RCVTIMEO,
                       reinterpret_cast<const char*>(&limit), sizeof limit),
            0);
  const OwnEvent event;
  Caller caller{stage_, kCalls[2]};
  const auto start = std::chrono::steady_clock::now();
  while (!caller.has_ended(10) &&
         std::chrono::steady_clock::now() - start < std::chrono::seconds{5}) {
    static_cast<void>(QueueUserAPC(set_event, caller.thread(), argument(event.get())));
  }
  EXPECT_TRUE(event.is_set());
  EXPECT_EQ(caller.code(), WSAETIMEDOUT);
}

TEST_F(Alertable, SeveralThreadsInOneAcceptHearTheirsWhenOneIsServed) {  // K-136
  const OwnEvent event;
  Caller one{stage_, kCalls[0]};
  Caller other{stage_, kCalls[0]};
  settle();
  stage_.give_connection();
  settle();
  const bool one_ended = one.has_ended();
  EXPECT_NE(one_ended, other.has_ended());
  Caller& left = one_ended ? other : one;
  ASSERT_NE(QueueUserAPC(set_event, left.thread(), argument(event.get())), 0U);
  EXPECT_TRUE(event.is_set(kLong));
  const Own client = tcp();
  EXPECT_EQ(connect_to(client, name_of(stage_.from)), 0);
}

TEST_F(Alertable, ASocketThatIsClosedMeanwhileEndsTheCall) {  // K-109, K-136
  Caller caller{stage_, kCalls[2]};
  settle();
  ASSERT_NE(QueueUserAPC([](ULONG_PTR s) { closesocket(static_cast<SOCKET>(s)); }, caller.thread(),
                         static_cast<ULONG_PTR>(stage_.pair.client.get())),
            0U);
  EXPECT_TRUE(caller.has_ended(kLong));
  EXPECT_EQ(caller.code(), WSAEINTR);
}

}  // namespace
}  // namespace wsalive::test

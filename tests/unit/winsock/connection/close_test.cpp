// closesocket beside blocked calls of other threads (K-109), and signals beside any call (K-110).
// labels: net

#include "support/winsock_api.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

int receive(SOCKET s) {
  char byte = 0;
  return recv(s, &byte, 1, 0);
}

// More than any buffer on the way takes.
const std::vector<char> g_much(64 << 20);

int send_much(SOCKET s) { return send(s, g_much.data(), static_cast<int>(g_much.size()), 0); }

// In parts as large as the buffers: where the kernel has taken one of them in part, the call ends all the same.
int send_in_parts(SOCKET s) {
  for (;;) {
    const int sent = send(s, g_much.data(), 1 << 20, 0);
    if (sent < 0) return sent;
  }
}

int receive_from(SOCKET s) {
  char byte = 0;
  sockaddr_in from{};
  int size = sizeof from;
  return recvfrom(s, &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), &size);
}

int wsa_receive(SOCKET s) {
  std::array<char, 2> bytes{};
  std::array<WSABUF, 2> buffers{{{1, bytes.data()}, {1, bytes.data() + 1}}};
  DWORD count = 0;
  DWORD flags = 0;
  return WSARecv(s, buffers.data(), 2, &count, &flags, nullptr, nullptr);
}

int accept_any(SOCKET s) { return static_cast<int>(accept(s, nullptr, nullptr)); }

int select_one(SOCKET s) {
  fd_set reading;
  FD_ZERO(&reading);
  FD_SET(s, &reading);
  return select(0, &reading, nullptr, nullptr, nullptr);
}

int poll_one(SOCKET s) {
  WSAPOLLFD item{s, POLLRDNORM, 0};
  return WSAPoll(&item, 1, -1);
}

/// Makes the socket that the call blocks on.
struct Made {
  Pair pair;
  Own s;
};
Made a_connection() {
  Made made{connected_pair(), {}};
  std::swap(made.s, made.pair.client);
  return made;
}
Made a_listener() { return {{}, listener()}; }
Made a_bound_datagram_socket() {
  Made made{{}, udp()};
  EXPECT_EQ(bind_to(made.s, loopback()), 0);
  return made;
}

struct Row {
  const char* name;
  Made (*make)();
  int (*call)(SOCKET);

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
constexpr std::array kRows{
    // clang-format off
    Row{"Recv",     a_connection,            receive},
    Row{"WSARecv",  a_connection,            wsa_receive},
    Row{"Send",     a_connection,            send_much},
    Row{"SendParts", a_connection,           send_in_parts},
    Row{"RecvFrom", a_bound_datagram_socket, receive_from},
    Row{"Accept",   a_listener,              accept_any},
    Row{"Select",   a_connection,            select_one},
    Row{"Poll",     a_connection,            poll_one},
    // clang-format on
};

/// A thread in a call, which by now blocks.
class Blocked {
 public:
  explicit Blocked(std::function<int()> call)
      : thread_{[this, call = std::move(call)] {
          begun_ = true;
          result_ = call();
          error_ = WSAGetLastError();
          ended_ = true;
        }} {
    while (!begun_) std::this_thread::yield();
    std::this_thread::sleep_for(20ms);
  }
  ~Blocked() { join(); }
  Blocked(const Blocked&) = delete;
  Blocked& operator=(const Blocked&) = delete;

  void join() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] bool has_ended() const { return ended_; }
  [[nodiscard]] int result() const { return result_; }
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] pthread_t handle() { return thread_.native_handle(); }

 private:
  std::atomic<bool> begun_{false};
  std::atomic<bool> ended_{false};
  int result_ = 0;
  int error_ = 0;
  std::thread thread_;
};

class CloseBeside : public testing::TestWithParam<Row> {
 protected:
  Winsock started_;
};

TEST_P(CloseBeside, EndsTheCall) {  // K-109
  Made made = GetParam().make();
  const SOCKET s = made.s;
  Blocked first{[s] { return GetParam().call(s); }};
  Blocked second{[s] { return GetParam().call(s); }};
  ASSERT_FALSE(first.has_ended() || second.has_ended());

  const Own filler = tcp();  // Takes a lower number that may be free.
  const auto before = Clock::now();
  made.s.close();
  EXPECT_LT(Clock::now() - before, 500ms);
  // They have left the socket by now, so its number may be anybody's.
  const Own next = tcp();
  EXPECT_EQ(next.get(), s);
  first.join();
  second.join();
  EXPECT_EQ(first.result(), SOCKET_ERROR);
  EXPECT_EQ(first.error(), WSAEINTR);
  EXPECT_EQ(second.error(), WSAEINTR);
}

void do_nothing(int /*signal*/) {}

TEST_P(CloseBeside, ASignalDoesNotEndTheCall) {  // K-110
  struct sigaction action {};
  action.sa_handler = do_nothing;
  ASSERT_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
  Made made = GetParam().make();
  const SOCKET s = made.s;
  Blocked blocked{[s] { return GetParam().call(s); }};
  for (int round = 0; round < 20; ++round) {
    pthread_kill(blocked.handle(), SIGUSR1);
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_FALSE(blocked.has_ended());
  made.s.close();
}

INSTANTIATE_TEST_SUITE_P(Calls, CloseBeside, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

class Close : public testing::Test {
 protected:
  Winsock started_;
};

TEST_F(Close, LeavesTheConnectionToItsOtherOwners) {  // K-109
  const Pair pair = connected_pair();
  const int other = ::dup(wsalive_fd(pair.client));
  ASSERT_GE(other, 0);
  const SOCKET s = pair.client;
  Blocked blocked{[s] { return receive(s); }};
  closesocket(s);
  blocked.join();
  EXPECT_EQ(blocked.error(), WSAEINTR);
  const Own second{wsalive_adopt(other)};  // K-23
  ASSERT_EQ(second.get(), static_cast<SOCKET>(other)) << WSAGetLastError();
  EXPECT_EQ(send(pair.server, "x", 1, 0), 1);
  EXPECT_EQ(receive(second), 1);
  EXPECT_EQ(send(second, "y", 1, 0), 1);
  EXPECT_EQ(receive(pair.server), 1);
}

TEST_F(Close, DoesNotDisturbASelectOnOtherSockets) {  // K-109
  const Pair pair = connected_pair();
  const SOCKET s = pair.client;
  Blocked blocked{[s] { return select_one(s); }};
  Own other = tcp();
  const auto before = Clock::now();
  other.close();
  EXPECT_LT(Clock::now() - before, 500ms);
  std::this_thread::sleep_for(20ms);
  EXPECT_FALSE(blocked.has_ended());
  EXPECT_EQ(send(pair.server, "x", 1, 0), 1);
  blocked.join();
  EXPECT_EQ(blocked.result(), 1);
}

TEST_F(Close, TwoThreadsCannotCloseOneSocket) {
  for (int round = 0; round < 200; ++round) {
    const SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    int other_result = 0;
    std::thread other{[&] { other_result = closesocket(s); }};
    const int result = closesocket(s);
    other.join();
    EXPECT_EQ(result + other_result, SOCKET_ERROR);
  }
}

TEST_F(Close, EndsACallThatIsJustBeginning) {  // K-109
  for (int round = 0; round < 500; ++round) {
    const Own s = udp();
    ASSERT_EQ(bind_to(s, loopback()), 0);
    std::atomic<bool> begun{false};
    int error = 0;
    std::thread reader{[&] {
      begun = true;
      EXPECT_EQ(receive(s), SOCKET_ERROR);
      error = WSAGetLastError();
    }};
    while (!begun) std::this_thread::yield();
    EXPECT_EQ(closesocket(s), 0);
    reader.join();
    EXPECT_TRUE(error == WSAEINTR || error == WSAENOTSOCK) << error;
  }
}

TEST_F(Close, ADeafThreadIsEndedToo) {
  const Pair pair = connected_pair();
  const SOCKET s = pair.client;
  Blocked blocked{[s] {
    receive(INVALID_SOCKET);  // The thread's first call makes it hear our signal.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    return receive(s);
  }};
  closesocket(s);
  blocked.join();
  EXPECT_EQ(blocked.error(), WSAEINTR);
}

}  // namespace
}  // namespace wsalive::test

// What is borrowed from a process is given back at once, even if the process has died meanwhile and its socket lingers.
// labels: net

#include "attach/pidfd/foreign_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <optional>

#include "support/child.hpp"

namespace wsalive::attach {
namespace {

using namespace std::chrono_literals;
constexpr int kLinger = 20;  // Seconds.

/// A connection whose near end has more to send than the far end, which does not read yet, has room for.
struct FullConnection {
  FullConnection() {
    const Fd listener{::socket(AF_INET, SOCK_STREAM, 0)};
    const int small = 4096;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener.get(), name, size), 0);
    EXPECT_EQ(::listen(listener.get(), 1), 0);
    EXPECT_EQ(::getsockname(listener.get(), name, &size), 0);
    near = Fd{::socket(AF_INET, SOCK_STREAM, 0)};
    EXPECT_EQ(::connect(near.get(), name, size), 0);
    far = Fd{::accept(listener.get(), nullptr, nullptr)};
    const linger on{.l_onoff = 1, .l_linger = kLinger};
    EXPECT_EQ(::setsockopt(near.get(), SOL_SOCKET, SO_LINGER, &on, sizeof on), 0);
    static constexpr std::array<char, 65536> kOctets{};
    for (ssize_t each = 0; each >= 0;) {
      each = ::send(near.get(), kOctets.data(), kOctets.size(), MSG_DONTWAIT);
      if (each > 0) sent += static_cast<std::size_t>(each);
    }
  }

  /// What arrives until the connection's end.
  [[nodiscard]] std::size_t rest() const {
    std::array<char, 65536> room{};
    std::size_t all = 0;
    for (ssize_t got = 1; (got = ::recv(far.get(), room.data(), room.size(), 0)) > 0;) {
      all += static_cast<std::size_t>(got);
    }
    return all;
  }

  Fd near, far;
  std::size_t sent = 0;
};

TEST(Borrowed, SocketOfAProcessThatHasDiedIsGivenBackAtOnce) {
  if (filtered_call()) GTEST_SKIP() << "a filter of system calls refuses pidfd_getfd here";
  FullConnection connection;
  const pid_t owner = test::start_child([&] { return ::pause(); });
  ASSERT_GT(owner, 0);
  const auto process = Process::open(owner);
  ASSERT_TRUE(process);
  std::optional<Borrowed> copy;
  if (auto got = process->borrow(connection.near.get())) copy.emplace(std::move(*got));
  ASSERT_TRUE(copy);
  const int number = copy->get();
  ::kill(owner, SIGKILL);
  EXPECT_EQ(::waitpid(owner, nullptr, 0), owner);
  // Now the copy is the last one; our own goes as one of a process that ends would.
  ASSERT_EQ(::dup2(connection.far.get(), connection.near.get()), connection.near.get());

  const auto begin = std::chrono::steady_clock::now();
  copy.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_EQ(::fcntl(number, F_GETFD), -1) << "it is still open";
  EXPECT_EQ(connection.rest(), connection.sent) << "everything arrives, and then the end";
}

TEST(Borrowed, SocketOfAProcessThatLivesStaysAsItIs) {
  if (filtered_call()) GTEST_SKIP() << "a filter of system calls refuses pidfd_getfd here";
  const FullConnection connection;
  const auto self = Process::open(::getpid());
  ASSERT_TRUE(self);
  for (int round = 0; round < 20; ++round) ASSERT_TRUE(self->borrow(connection.near.get()));
  linger kept{};
  socklen_t size = sizeof kept;
  EXPECT_EQ(::getsockopt(connection.near.get(), SOL_SOCKET, SO_LINGER, &kept, &size), 0);
  EXPECT_EQ(kept.l_linger, kLinger);
  ::shutdown(connection.near.get(), SHUT_WR);
  EXPECT_EQ(connection.rest(), connection.sent);
}

}  // namespace
}  // namespace wsalive::attach

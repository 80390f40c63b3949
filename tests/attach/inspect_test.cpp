// The table of TCP sockets and their owners, on a connection of the test's own.
//
// labels: net

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "attach/inspect/keepalive_of.hpp"
#include "attach/inspect/owners.hpp"
#include "attach/inspect/tcp_table.hpp"
#include "attach/pidfd/foreign_socket.hpp"
#include "os/socket/address.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::attach {
namespace {

/// A listener, a connection made to it, and the accepted side.
struct Trio {
  Fd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  Fd client{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  Fd accepted;
  std::uint16_t port = 0;

  Trio() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener.get(), generic, size), 0);
    EXPECT_EQ(::listen(listener.get(), 1), 0);
    ::getsockname(listener.get(), generic, &size);
    port = ntohs(address.sin_port);
    EXPECT_EQ(::connect(client.get(), generic, size), 0);
    accepted = Fd{::accept(listener.get(), nullptr, nullptr)};
  }
};

const TcpSocket* socket_of(const std::vector<TcpSocket>& table, int fd) {
  const Result<std::uint64_t> cookie = os::socket_cookie(fd);
  const auto found = std::ranges::find(table, *cookie, &TcpSocket::cookie);
  return found == table.end() ? nullptr : &*found;
}

TEST(TcpTable, HasAConnectionWithItsAddressesAndItsKeepAliveTimer) {
  const Trio trio;
  ASSERT_TRUE(os::set_keep_alive_switch(trio.client.get(), os::Switch::on));
  ASSERT_TRUE(os::set_keep_alive_idle(trio.client.get(), 100));
  ASSERT_EQ(::send(trio.accepted.get(), "abc", 3, 0), 3);
  const auto table = tcp_table(Which::connections);
  ASSERT_TRUE(table) << table.error().attempt;
  const TcpSocket* const client = socket_of(*table, trio.client.get());
  ASSERT_TRUE(client);
  EXPECT_EQ(os::format_endpoint(client->remote), "127.0.0.1:" + std::to_string(trio.port));
  EXPECT_EQ(client->state, os::TcpState::established);
  EXPECT_EQ(client->timer.kind, TimerKind::keep_alive);
  EXPECT_LE(client->timer.expires_in, std::chrono::seconds{101});
  EXPECT_GE(client->timer.expires_in, std::chrono::seconds{90});
  EXPECT_EQ(client->unread_bytes, 3U);
  EXPECT_EQ(client->uid, ::getuid());
  EXPECT_EQ(socket_of(*table, trio.listener.get()), nullptr);
}

TEST(TcpTable, HasListenersOnRequest) {
  const Trio trio;
  const auto table = tcp_table(Which::connections_and_listeners);
  ASSERT_TRUE(table);
  const TcpSocket* const listener = socket_of(*table, trio.listener.get());
  ASSERT_TRUE(listener);
  EXPECT_EQ(listener->state, os::TcpState::listen);
}

TEST(SocketOwners, AreFoundByInode) {
  const Trio trio;
  struct stat status {};
  ASSERT_EQ(::fstat(trio.client.get(), &status), 0);
  for (const Owners& owners : {socket_owners(), socket_owners(::getpid())}) {
    const auto found = owners.by_inode.find(static_cast<std::uint32_t>(status.st_ino));
    ASSERT_NE(found, owners.by_inode.end());
    EXPECT_EQ(found->second.pid, ::getpid());
    EXPECT_EQ(found->second.fd, trio.client.get());
    EXPECT_EQ(found->second.program, "attach.inspect");
  }
}

TEST(ForeignSocket, IsBorrowedFromAProcessAndGivenBack) {
  if (filtered_call()) GTEST_SKIP() << "a filter of system calls refuses pidfd_getfd here";
  const Trio trio;
  const auto self = Process::open(::getpid());
  ASSERT_TRUE(self);
  {
    const auto copy = self->borrow(trio.client.get());
    ASSERT_TRUE(copy) << copy.error().attempt;
    EXPECT_NE(copy->get(), trio.client.get());
    EXPECT_EQ(*os::socket_cookie(copy->get()), *os::socket_cookie(trio.client.get()));
    ASSERT_TRUE(os::set_keep_alive_idle(copy->get(), 77));
  }
  EXPECT_EQ(*os::keep_alive_idle(trio.client.get()), 77);
  EXPECT_FALSE(self->has_ended());
}

TEST(ForeignSocket, ThatIsNotThereIsTold) {
  if (filtered_call()) GTEST_SKIP() << "a filter of system calls refuses pidfd_getfd here";
  EXPECT_EQ(Process::open(-1).error().code, EINVAL);
  EXPECT_EQ(Process::open(0x3fffffff).error().code, ESRCH);
  const auto self = Process::open(::getpid());
  ASSERT_TRUE(self);
  EXPECT_EQ(self->borrow(1'000'000).error().code, EBADF);
}

TEST(KeepAliveReader, SaysOfAConnectionThatHasEndedSinceThatItIsGone) {
  if (filtered_call()) GTEST_SKIP() << "a filter of system calls refuses pidfd_getfd here";
  Trio trio;
  ASSERT_TRUE(os::set_keep_alive_switch(trio.client.get(), os::Switch::on));
  const auto table = tcp_table(Which::connections);
  ASSERT_TRUE(table);
  const TcpSocket* const client = socket_of(*table, trio.client.get());
  ASSERT_TRUE(client);
  const auto owners = socket_owners(::getpid());
  const auto owner = owners.by_inode.find(client->inode);
  ASSERT_NE(owner, owners.by_inode.end());
  KeepAliveReader reader{owners};
  EXPECT_TRUE(reader.read(*client, owner->second, {}));
  const linger at_once{1, 0};
  ASSERT_EQ(::setsockopt(trio.accepted.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
  trio.accepted.reset();
  const auto ended = reader.read(*client, owner->second, {});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ESTALE);
}

}  // namespace
}  // namespace wsalive::attach

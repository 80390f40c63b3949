// What tests of the Winsock functions start from, made through those functions alone.
#pragma once

#include <winsock2.h>

#include <ws2tcpip.h>

#include <utility>

#include <gtest/gtest.h>

#include <wsalive_ext.h>

namespace wsalive::test {

/// One start-up for a test's life, under a release of its choice.
class Winsock {
 public:
  explicit Winsock(const char* release = nullptr, WORD version = MAKEWORD(2, 2),
                   const char* rules = nullptr) {
    WSADATA data;
    EXPECT_EQ(wsalive_choose(release, rules), 0);
    EXPECT_EQ(WSAStartup(version, &data), 0);
    WSASetLastError(0);
  }
  ~Winsock() {
    WSACleanup();
    wsalive_choose(nullptr, nullptr);
  }
  Winsock(const Winsock&) = delete;
  Winsock& operator=(const Winsock&) = delete;
};

/// A socket that is closed when it goes.
class Own {
 public:
  Own() = default;
  explicit Own(SOCKET socket) : socket_(socket) {}
  Own(Own&& other) noexcept : socket_(std::exchange(other.socket_, INVALID_SOCKET)) {}
  Own& operator=(Own&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  Own(const Own&) = delete;
  Own& operator=(const Own&) = delete;
  ~Own() { close(); }

  [[nodiscard]] SOCKET get() const { return socket_; }
  operator SOCKET() const { return socket_; }  // NOLINT(google-explicit-constructor)
  void close() {
    if (socket_ != INVALID_SOCKET) closesocket(std::exchange(socket_, INVALID_SOCKET));
  }

 private:
  SOCKET socket_ = INVALID_SOCKET;
};

[[nodiscard]] inline Own tcp() { return Own{socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)}; }
[[nodiscard]] inline Own udp() { return Own{socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP)}; }

[[nodiscard]] inline sockaddr_in loopback(u_short port_in_network_order = 0) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = port_in_network_order;
  address.sin_addr.s_addr = 0x0100007f;  // 127.0.0.1 in memory.
  return address;
}

[[nodiscard]] inline int bind_to(SOCKET s, const sockaddr_in& address) {
  return bind(s, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

[[nodiscard]] inline int connect_to(SOCKET s, const sockaddr_in& address) {
  return connect(s, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

/// The socket's own address.
[[nodiscard]] inline sockaddr_in name_of(SOCKET s) {
  sockaddr_in name{};
  int size = sizeof name;
  EXPECT_EQ(getsockname(s, reinterpret_cast<sockaddr*>(&name), &size), 0) << WSAGetLastError();
  return name;
}

/// Listens on a free port of the loopback.
[[nodiscard]] inline Own listener(int backlog = SOMAXCONN) {
  Own made = tcp();
  EXPECT_EQ(bind_to(made, loopback()), 0) << WSAGetLastError();
  EXPECT_EQ(listen(made, backlog), 0) << WSAGetLastError();
  return made;
}

[[nodiscard]] inline Own accept_one(SOCKET from) { return Own{accept(from, nullptr, nullptr)}; }

/// Two ends of a connection over the loopback.
struct Pair {
  Own client;
  Own server;
};

[[nodiscard]] inline Pair connected_pair() {
  const Own from = listener();
  Pair made{tcp(), {}};
  EXPECT_EQ(connect_to(made.client, name_of(from)), 0) << WSAGetLastError();
  made.server = accept_one(from);
  EXPECT_NE(made.server.get(), INVALID_SOCKET) << WSAGetLastError();
  WSASetLastError(0);
  return made;
}

/// The server resets the connection, as a close with unread data does; returns when the client knows.
inline void reset_by_server(Pair& pair) {
  EXPECT_EQ(send(pair.client, "x", 1, 0), 1);
  char byte = 0;
  EXPECT_EQ(recv(pair.server, &byte, 1, MSG_PEEK), 1);
  pair.server.close();
  WSAPOLLFD item{pair.client, 0, 0};
  EXPECT_EQ(WSAPoll(&item, 1, 5000), 1);
}

/// SOCKET_ERROR with that code.
[[nodiscard]] inline testing::AssertionResult fails_with(long long result, int code) {
  if (result != SOCKET_ERROR) return testing::AssertionFailure() << "returned " << result;
  if (WSAGetLastError() != code) {
    return testing::AssertionFailure() << "failed with " << WSAGetLastError() << ", not " << code;
  }
  return testing::AssertionSuccess();
}

/// INVALID_SOCKET with that code.
[[nodiscard]] inline testing::AssertionResult no_socket(SOCKET result, int code) {
  if (result == INVALID_SOCKET) return fails_with(SOCKET_ERROR, code);
  return testing::AssertionFailure() << "made socket " << result;
}

}  // namespace wsalive::test

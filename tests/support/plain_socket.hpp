// The far side of a test: a plain TCP socket of the kernel behind plain types, so that a test which
// includes winsock2.h can use it. Blocking; every failure of set-up ends the test program with a
// message, because it says nothing about the code under test.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/owned.hpp"

namespace wsalive::test {

class PlainSocket {
 public:
  /// Connects to a numeric IPv4 or IPv6 address.
  static PlainSocket connected(std::string_view address, std::uint16_t port);
  /// Listens on a numeric address ("0.0.0.0", "::1"); port 0 takes a free one.
  static PlainSocket listening(std::string_view address, std::uint16_t port = 0);

  [[nodiscard]] PlainSocket accepted() const;
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] std::uint16_t port() const;       ///< Its own.
  [[nodiscard]] std::uint16_t peer_port() const;  ///< The other side's.

  void send(std::string_view octets) const;
  /// What arrives within `patience`: empty if nothing does or the connection has ended.
  [[nodiscard]] std::string receive(std::chrono::milliseconds patience) const;
  /// The errno with which the connection ended within `patience`; 0 for an orderly end, -1 if it
  /// lives.
  [[nodiscard]] int ended(std::chrono::milliseconds patience) const;

  /// The kernel's own keep-alive.
  void keep_alive(std::chrono::seconds idle, std::chrono::seconds interval, int probes) const;
  /// A small receive buffer, for closed windows. Before listening or connecting only.
  void receive_buffer(int octets) const;
  /// From now on the kernel drops whatever comes for this socket, probes included, and answers
  /// nothing: a dead peer on loopback, without namespaces or privilege (IPv4; by IP_MINTTL).
  void go_silent() const;
  /// Hears again.
  void speak() const;
  /// Closes with a reset.
  void abort();

 private:
  explicit PlainSocket(Fd fd) noexcept : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace wsalive::test

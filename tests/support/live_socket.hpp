// Sockets under test without the functions that make them: real descriptors of the kernel, entered into
// the socket table, in each state that an option call can meet. Also what a refused call must leave as
// it was. Plain types, so that a test which includes winsock2.h can use it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>

#include "base/owned.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "policy/timing_in_force.hpp"
#include "support/started.hpp"
#include "winsock/socket.hpp"

namespace wsalive::test {

using winsock::Family;
using winsock::Kind;

/// One open socket with its entry; both go at the end.
class LiveSocket {
 public:
  static LiveSocket fresh(Kind kind = Kind::tcp, Family family = Family::ipv4);
  static LiveSocket listening();
  /// Connected over loopback; the far side is closed with the object, or by `reset_by_peer`.
  static LiveSocket connected();
  /// In SYN_SENT: the far side's queue is full. Completes some time after `let_connect`.
  static LiveSocket connecting();
  /// Its request was refused, and no call has returned the error.
  static LiveSocket refused();

  LiveSocket(LiveSocket&& other) noexcept;
  LiveSocket& operator=(LiveSocket&&) = delete;
  LiveSocket(const LiveSocket&) = delete;
  LiveSocket& operator=(const LiveSocket&) = delete;
  ~LiveSocket();

  [[nodiscard]] winsock::Handle handle() const { return static_cast<winsock::Handle>(fd_.get()); }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] winsock::Socket& entry() const { return *winsock::Socket::find(handle()); }

  /// The far side sends that; returns when it has arrived.
  void hear(std::string_view text) const;
  /// The far side answers with a reset; returns when it has arrived.
  void reset_by_peer();
  /// Drains the far side's queue; returns when the connection stands.
  void let_connect();

 private:
  LiveSocket(Fd fd, Kind kind, Family family);
  Fd fd_;
  Fd listener_;
  Fd peer_;
  Fd filler_;
};

/// All that a refused call must leave as it was (K-13).
struct KeepAliveState {
  bool on = false;
  policy::SocketValues values;
  os::KernelKeepAlive kernel;
  bool driven = false;
  policy::Timing actual;

  static KeepAliveState of(const LiveSocket& socket);
  friend bool operator==(const KeepAliveState&, const KeepAliveState&) = default;
  friend void PrintTo(const KeepAliveState& state, std::ostream* out);
};

/// Two pages of which the second is as bad as asked: pointers that must never crash (K-26).
class BadPage {
 public:
  enum class Access : std::uint8_t { none, read_only };
  explicit BadPage(Access access);
  ~BadPage();
  BadPage(const BadPage&) = delete;
  BadPage& operator=(const BadPage&) = delete;

  /// The last `good` bytes before the bad page.
  [[nodiscard]] char* before(std::size_t good) const;
  [[nodiscard]] char* inside() const { return before(0); }
  /// The first page becomes read-only.
  void forbid_writing();

 private:
  char* pages_;
};

}  // namespace wsalive::test

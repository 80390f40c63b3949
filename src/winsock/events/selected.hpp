// What calls on a socket do for its selection of network events (WSAEventSelect). Without a selection it costs
// a call one load and a branch that is never taken.
#pragma once

#include <atomic>
#include <cstdint>

#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// FD_READ and the others, as WSAEventSelect takes them.
using NetworkEvents = std::uint16_t;

[[nodiscard]] inline bool is_selected(const Socket& socket) noexcept {
  return socket.selected.load(std::memory_order_relaxed) != 0;
}

namespace detail {
void observe(Socket& socket) noexcept;
void enable(Socket& socket, NetworkEvents events) noexcept;
}  // namespace detail

/// Records the selected events that have happened on the socket. For changes that the kernel does not report
/// as an edge: data taken by others, a request's end.
inline void observe_if_selected(Socket& socket) noexcept {
  if (is_selected(socket)) [[unlikely]]
    detail::observe(socket);
}

/// When the enclosing call ends, for whatever reason, lets events be recorded again: FD_READ and FD_OOB in
/// receive calls, FD_ACCEPT in accept calls.
class Enabling {
 public:
  Enabling(Socket& socket, NetworkEvents events) noexcept : socket_(socket), events_(events) {}
  ~Enabling() {
    if (is_selected(socket_)) [[unlikely]]
      detail::enable(socket_, events_);
  }
  Enabling(const Enabling&) = delete;
  Enabling& operator=(const Enabling&) = delete;

  /// The call does not re-enable the events after all.
  void forget() noexcept { events_ = 0; }

 private:
  Socket& socket_;
  NetworkEvents events_;
};

/// A send has found less room than it wanted: FD_WRITE will report when there is room again.
inline void found_no_room(Socket& socket, NetworkEvents write) noexcept {
  if (is_selected(socket)) [[unlikely]]
    detail::enable(socket, write);
}

/// A connection request begins: all events can be recorded again.
void request_begins(Socket& socket) noexcept;

/// The socket's connection has gone, and the socket can make another one: forgets what was recorded of the first.
void is_reusable(Socket& socket) noexcept;

/// The socket has become a connection by AcceptEx: its descriptor leads to another kernel socket, which must be watched anew.
void becomes_another(Socket& socket) noexcept;

/// An accepted socket inherits its listener's selection (K-112). \return false where the host denies that.
[[nodiscard]] bool inherit_selection(const Socket& listener, Socket& accepted) noexcept;

/// Ends the selection of a socket that closes.
void end_selection(Socket& socket) noexcept;

}  // namespace wsalive::winsock

// accept.

#include "winsock/accept.hpp"

#include "winsock2.h"

#include <cerrno>

#include "os/clock.hpp"
#include "os/errno_table.hpp"
#include "os/socket_calls.hpp"
#include "winsock/addresses.hpp"
#include "winsock/call.hpp"
#include "winsock/connecting.hpp"
#include "winsock/entered.hpp"
#include "winsock/hooks.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer.hpp"

namespace wsalive::winsock {
namespace {

template <typename T>
void copy(const std::atomic<T>& from, std::atomic<T>& to) {
  to.store(from.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

/// The kernel has handed its own options down at the handshake; these are the cells beside it.
void inherit(const Socket& listener, Socket& accepted) {
  copy(listener.non_blocking, accepted.non_blocking);
  copy(listener.keep_alive.on, accepted.keep_alive.on);
  copy(listener.keep_alive.idle_ms, accepted.keep_alive.idle_ms);
  copy(listener.keep_alive.interval_ms, accepted.keep_alive.interval_ms);
  copy(listener.keep_alive.probes, accepted.keep_alive.probes);
  copy(listener.options.receive_buffer, accepted.options.receive_buffer);
  copy(listener.options.send_buffer, accepted.options.send_buffer);
  copy(listener.options.receive_timeout_ms, accepted.options.receive_timeout_ms);
  copy(listener.options.send_timeout_ms, accepted.options.send_timeout_ms);
  copy(listener.options.bits, accepted.options.bits);
}

/// A closed listener ends the call (K-109); any other interruption does not (K-110).
WsaError accept_error(const Socket& listener, int error) {
  if (listener.life() != Life::open) return WsaError::interrupted;
  switch (error) {
    case EAGAIN:
      return listener.non_blocking.load(std::memory_order_relaxed) ? WsaError::would_block
                                                                   : WsaError::timed_out;
    case ECONNABORTED:
      return WsaError::connection_reset;
    default:
      return os::wsa_error(error);
  }
}

NewSocket accept_from(Socket& listener, os::SocketAddress* from) {
  const bool non_blocking = listener.non_blocking.load(std::memory_order_relaxed);
  const auto mode = non_blocking ? os::Blocking::no : os::Blocking::yes;
  for (;;) {
    if (has_hook() && !non_blocking) [[unlikely]] {
      const WsaError ended = wait_until_ready(listener, os::kReadable, std::nullopt);
      if (ended != WsaError::none) return tl::unexpected{ended};
    }
    const int fd = os::accept_on(listener.fd(), mode, from);
    if (fd >= 0) return adopt_accepted(listener, fd);
    if (fd == -EINTR && listener.life() == Life::open) continue;
    return tl::unexpected{accept_error(listener, -fd)};
  }
}

NewSocket accept_call(SOCKET handle, sockaddr* name, int* size) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return tl::unexpected{refusal};
  }
  const Entered entered{handle};
  Socket* const listener = entered.socket();
  if (!listener) return tl::unexpected{WsaError::not_a_socket};
  AddressOutlet outlet{name, size};
  if (const WsaError bad = outlet.check(*listener); bad != WsaError::none) {
    return tl::unexpected{bad};
  }
  if (has_messages(*listener)) return tl::unexpected{WsaError::operation_not_supported};
  if (listener->phase.load(std::memory_order_acquire) != Phase::listening) {
    return tl::unexpected{WsaError::invalid_argument};
  }
  os::SocketAddress peer;
  NewSocket accepted = accept_from(*listener, outlet.is_wanted() ? &peer : nullptr);
  // The memory was good before the call; what another thread did to it meanwhile loses only the name.
  if (accepted) static_cast<void>(outlet.give(peer));
  return accepted;
}

}  // namespace

NewSocket adopt_accepted(const Socket& listener, int fd) noexcept {
  NewSocket handle = enter_table(fd, listener.traits());
  if (!handle) return handle;
  Socket& accepted = *Socket::find(*handle);
  inherit(listener, accepted);
  accepted.bound.store(true, std::memory_order_relaxed);
  accepted.phase.store(Phase::connecting, std::memory_order_release);
  become_connected(accepted);
  return handle;
}

}  // namespace wsalive::winsock

SOCKET accept(SOCKET s, struct sockaddr* addr, int* addrlen) {
  using namespace wsalive::winsock;
  return finish_handle(accept_call(s, addr, addrlen));
}

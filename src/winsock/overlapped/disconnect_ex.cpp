// DisconnectEx: ends the sending; with TF_REUSE_SOCKET it is done when the peer has ended too, and the socket
// may be connected again.

#include "winsock/overlapped/extension_functions.hpp"

#include "mswsock.h"

#include <array>
#include <cerrno>

#include "engine/engine.hpp"
#include "os/errno_table.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/socket/socket_io.hpp"
#include "os/socket/socket_option.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/hooks.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

/// Discards what the peer still sends. \return 0 at its end, -EAGAIN, or an errno below 0.
long pass_over(int fd) {
  std::array<char, 4096> unwanted;  // Not cleared.
  for (;;) {
    const long result = os::receive_bytes(fd, unwanted.data(), unwanted.size(), os::kDontBlock);
    if (result <= 0 && result != -EINTR) return result;
  }
}

/// As it was before it had a connection (K-41); options other than keep-alive's, modes and the name that it was bound to stay.
void forget_connection(Socket& socket) {
  constexpr auto kOfConnection = static_cast<std::uint8_t>(kByConnectEx | kContextUpdated);
  socket.options.bits.fetch_and(static_cast<std::uint8_t>(~kOfConnection));
  if (socket.is_tcp()) runtime().engine().forget(socket.fd());
  static_cast<void>(os::set_int(socket.fd(), os::Option::keep_alive, 0));
  socket.shut.store(0, std::memory_order_relaxed);
  socket.cause.store(Cause::none, std::memory_order_relaxed);
  socket.last_error.store(0, std::memory_order_relaxed);
  socket.connected_at_ns.store(0, std::memory_order_relaxed);
  socket.by_accept.store(false, std::memory_order_relaxed);
  socket.reusable.store(true, std::memory_order_relaxed);
  socket.phase.store(Phase::fresh, std::memory_order_release);
  is_reusable(socket);
}

WsaError make_reusable(Socket& socket) {
  const int result = os::disconnect_socket(socket.fd());
  if (result != 0) return os::wsa_error(-result);
  // A transmission has changed the kernel's blocking mode, on which a connect depends.
  if (socket.kernel_non_blocking.exchange(false) && !socket.non_blocking.load()) {
    static_cast<void>(os::set_blocking(socket.fd(), os::Blocking::yes));
  }
  forget_connection(socket);
  return WsaError::none;
}

WsaError end_sending(Socket& socket) {
  socket.shut.fetch_or(kShutSending, std::memory_order_acq_rel);
  const int result = os::shut_down(socket.fd(), os::Direction::send);
  return result == -ENOTCONN ? WsaError::none : os::wsa_error(-result);
}

}  // namespace

Progress attempt_disconnect(Operation& operation, Socket& socket, Outcome& outcome) {
  if (operation.extra.stage == 0) {
    const WsaError bad = end_sending(socket);
    if (bad != WsaError::none) return failed(socket, outcome, bad);
    operation.extra.stage = 1;
  }
  if ((operation.extra.mode & TF_REUSE_SOCKET) == 0) return ended_well(outcome, operation.done);
  if (pass_over(socket.fd()) == -EAGAIN) return Progress::waits;
  const WsaError bad = make_reusable(socket);
  return bad == WsaError::none ? ended_well(outcome, operation.done) : failed(socket, outcome, bad);
}

namespace {

/// Without an OVERLAPPED the call waits.
WsaError disconnect_now(Socket& socket, DWORD flags) {
  if (const WsaError bad = end_sending(socket); bad != WsaError::none) return bad;
  if ((flags & TF_REUSE_SOCKET) == 0) return WsaError::none;
  while (pass_over(socket.fd()) == -EAGAIN) {
    const WsaError ended = wait_until_ready(socket, os::kReadable, std::nullopt);
    if (ended != WsaError::none) return ended;
  }
  return make_reusable(socket);
}

WsaError disconnect_ex_call(SOCKET handle, OVERLAPPED* overlapped, DWORD flags, DWORD reserved) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  const bool known = (flags & ~DWORD{TF_REUSE_SOCKET}) == 0 && reserved == 0;
  if (!known) return WsaError::invalid_argument;
  if (!socket->is_tcp() || settle_phase(*socket) != Phase::connected) {
    return WsaError::not_connected;
  }
  if (!overlapped) return disconnect_now(*socket, flags);
  if (!can_store(overlapped)) return WsaError::fault;
  Operation& operation = take_operation();
  operation.attempt = attempt_disconnect;
  operation.direction = os::Direction::receive;
  operation.pends = true;
  operation.extra.mode = flags;
  std::uint32_t unused = 0;
  return start_operation(*socket, operation, {overlapped}, unused);
}

}  // namespace
}  // namespace wsalive::winsock

BOOL DisconnectEx(SOCKET s, LPOVERLAPPED lpOverlapped, DWORD dwFlags, DWORD dwReserved) {
  using namespace wsalive::winsock;
  return guarded_flag([&] { return disconnect_ex_call(s, lpOverlapped, dwFlags, dwReserved); });
}

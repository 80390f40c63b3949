#include "winsock/connection/connect_candidates.hpp"

#include <cerrno>
#include <chrono>

#include "os/clock.hpp"
#include "os/errno_table.hpp"
#include "os/memory/program_memory.hpp"
#include "os/socket/socket_calls.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/hooks.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/overlapped/extension_functions.hpp"

namespace wsalive::winsock {
namespace {

WsaError check_place(const Socket& socket, const NamePlace& place) {
  if (!place.name && !place.size) return WsaError::none;
  DWORD room = 0;
  if (!place.name || !can_store(place.size) || !os::load_program(place.size, room)) {
    return WsaError::fault;
  }
  const std::uint32_t whole = os::socket_address_size(socket.traits().family);
  return room < whole || !os::is_writable(place.name, whole) ? WsaError::fault : WsaError::none;
}

void free_again(Socket& socket, WsaError code) {
  socket.last_error.store(static_cast<std::int32_t>(code), std::memory_order_relaxed);
  socket.options.bits.fetch_and(static_cast<std::uint8_t>(~kByConnectEx),
                                std::memory_order_relaxed);
  socket.phase.store(Phase::fresh, std::memory_order_release);
  socket.request_awaited.store(false, std::memory_order_release);
  observe_if_selected(socket);
}

/// Waits for the request's end. \return none once it has ended in any way.
WsaError await_request(Socket& socket, std::optional<Instant> deadline) {
  for (;;) {
    const os::TcpState state = os::tcp_state(socket.fd());
    if (state != os::TcpState::syn_sent && state != os::TcpState::syn_received) {
      return WsaError::none;
    }
    const WsaError ended = wait_until_ready(socket, os::kWritable, deadline);
    if (ended != WsaError::none) return ended;
  }
}

WsaError try_one(Socket& socket, const os::SocketAddress& address,
                 std::optional<Instant> deadline) {
  if (!begin_request(socket)) return WsaError::invalid_argument;
  socket.options.bits.fetch_or(kByConnectEx, std::memory_order_relaxed);
  socket.peer.store(address);
  const int result = ask_for_connection(socket, address);
  WsaError code = result == 0 || result == -EINPROGRESS ? await_request(socket, deadline)
                                                        : os::wsa_error(-result);
  if (code == WsaError::none && os::tcp_state(socket.fd()) == os::TcpState::close) {
    code = os::wsa_error(os::take_pending_error(socket.fd()));
    if (code == WsaError::none) code = WsaError::connection_refused;
  }
  if (code == WsaError::none) {
    socket.request_awaited.store(false, std::memory_order_release);
    socket.bound.store(true, std::memory_order_relaxed);
    become_connected(socket);
    observe_if_selected(socket);
    return code;
  }
  if (socket.life() == Life::open) static_cast<void>(os::disconnect_socket(socket.fd()));
  free_again(socket, code);
  return code;
}

void give_name(const Socket& socket, os::End end, const NamePlace& place) {
  os::SocketAddress name;
  if (!place.name || os::name_of(socket.fd(), end, name) != 0) return;
  to_windows(name);
  static_cast<void>(os::write_program(place.name, name.bytes.data(), name.size));
  static_cast<void>(os::store_program(place.size, DWORD{name.size}));
}

}  // namespace

WsaError check_connect_by(Socket& socket, const ConnectBy& call) {
  if (!socket.is_tcp()) return WsaError::operation_not_supported;
  if (call.reserved) return WsaError::invalid_argument;
  for (const NamePlace& place : {call.local, call.remote}) {
    if (const WsaError bad = check_place(socket, place); bad != WsaError::none) return bad;
  }
  switch (settle_phase(socket)) {
    case Phase::connected:
      return WsaError::is_connected;
    case Phase::fresh:
      return socket.bound.load(std::memory_order_relaxed) ? WsaError::invalid_argument
                                                          : WsaError::none;
    default:
      return WsaError::invalid_argument;
  }
}

std::optional<Instant> deadline_of(const ConnectBy& call) {
  timeval limit{};
  if (!call.limit || !os::load_program(call.limit, limit)) return std::nullopt;
  return os::monotonic_clock().now() + std::chrono::seconds{limit.tv_sec} +
         std::chrono::microseconds{limit.tv_usec};
}

WsaError connect_to_first(Socket& socket, std::span<const SOCKET_ADDRESS> addresses,
                          std::optional<Instant> deadline) {
  WsaError code = WsaError::address_not_available;
  for (const SOCKET_ADDRESS& each : addresses) {
    if (deadline && *deadline <= os::monotonic_clock().now()) return WsaError::timed_out;
    os::SocketAddress address;
    code = take_address(socket, each.lpSockaddr, each.iSockaddrLength, address);
    const bool nowhere = code == WsaError::none && (address.port() == 0 || address.is_any());
    if (nowhere) code = WsaError::address_not_available;
    if (code != WsaError::none) continue;
    code = try_one(socket, address, deadline);
    if (code == WsaError::none || socket.life() != Life::open) return code;
  }
  return code;
}

void give_names(const Socket& socket, const ConnectBy& call) {
  give_name(socket, os::End::own, call.local);
  give_name(socket, os::End::peer, call.remote);
}

}  // namespace wsalive::winsock

// SO_UPDATE_CONNECT_CONTEXT and SO_UPDATE_ACCEPT_CONTEXT: the socket of an extension function becomes like any
// other one.

#include <winsock2.h>

#include "os/errno_table.hpp"
#include "os/memory/program_memory.hpp"
#include "winsock/connection/accept.hpp"
#include "winsock/connection/connecting.hpp"
#include "winsock/options/option_row.hpp"
#include "winsock/overlapped/connect_ex.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {

/// No value is needed, and any is taken (K-34).
WsaError update_connect_context(const SetCall& call) {
  if (settle_phase(call.socket) != Phase::connected) return WsaError::not_connected;
  call.socket.options.bits.fetch_or(kContextUpdated, std::memory_order_relaxed);
  return WsaError::none;
}

/// The value is the listener's handle. From now on the options are those that accept() would have given (K-41).
WsaError update_accept_context(const SetCall& call) {
  auto handle = INVALID_SOCKET;
  if (call.bytes < static_cast<int>(sizeof handle)) return WsaError::fault;
  if (!os::load_program(static_cast<const SOCKET*>(call.value), handle)) return WsaError::fault;
  const Socket* const listener = Socket::find(handle);
  if (!listener) return WsaError::not_a_socket;
  const bool fits = listener->phase.load(std::memory_order_acquire) == Phase::listening &&
                    settle_phase(call.socket) == Phase::connected;
  if (!fits) return WsaError::invalid_argument;
  if (!listener->keep_alive.on.load(std::memory_order_acquire)) {
    const Status off = runtime().engine().switch_off(call.socket.fd());
    if (!off) return os::wsa_error(off.error().code);
  }
  const bool non_blocking = call.socket.non_blocking.load(std::memory_order_relaxed);
  inherit(*listener, call.socket);
  call.socket.non_blocking.store(non_blocking, std::memory_order_relaxed);  // As the kernel has it.
  call.socket.options.bits.fetch_or(kContextUpdated, std::memory_order_relaxed);
  apply_keep_alive(call.socket);
  return WsaError::none;
}

}  // namespace wsalive::winsock

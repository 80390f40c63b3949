#include "winsock/overlapped/extension_functions.hpp"

#include "mswsock.h"

#include <winsock2.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "os/errno_table.hpp"
#include "os/memory/program_memory.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/options/ip_options.hpp"
#include "winsock/options/keepalive_options.hpp"
#include "winsock/options/option_row.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/messages.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

using Function = void (*)();

struct FunctionRow {
  GUID id;
  Function function;
};

template <typename T>
Function as_function(T* function) {
  return reinterpret_cast<Function>(function);
}

const std::array kFunctions{
    // clang-format off
    FunctionRow{WSAID_ACCEPTEX,             as_function(AcceptEx)},
    FunctionRow{WSAID_CONNECTEX,            as_function(ConnectEx)},
    FunctionRow{WSAID_DISCONNECTEX,         as_function(DisconnectEx)},
    FunctionRow{WSAID_GETACCEPTEXSOCKADDRS, as_function(GetAcceptExSockaddrs)},
    FunctionRow{WSAID_TRANSMITFILE,         as_function(TransmitFile)},
    FunctionRow{WSAID_TRANSMITPACKETS,      as_function(TransmitPackets)},
    FunctionRow{WSAID_WSAPOLL,              as_function(WSAPoll)},
    FunctionRow{WSAID_WSARECVMSG,           as_function(receive_msg)},
    FunctionRow{WSAID_WSASENDMSG,           as_function(WSASendMsg)},
    // clang-format on
};

}  // namespace

WsaError give_extension_function(const IoctlCall& call, std::uint32_t& written) {
  GUID asked;
  if (call.buffers.in_size < sizeof asked || call.buffers.out_size < sizeof(Function)) {
    return WsaError::fault;
  }
  if (!os::load_program(static_cast<const GUID*>(call.buffers.in), asked)) return WsaError::fault;
  const auto* const row = std::ranges::find_if(kFunctions, [&](const FunctionRow& each) {
    return std::memcmp(&each.id, &asked, sizeof asked) == 0;
  });
  if (row == kFunctions.end()) return WsaError::invalid_argument;
  if (!os::store_program(static_cast<Function*>(call.buffers.out), row->function)) {
    return WsaError::fault;
  }
  // From now on WSARecvMsg may need each message's destination.
  const bool tells = row->function == as_function(receive_msg) && has_messages(call.socket);
  if (tells) ask_for_destination(call.socket);
  written = sizeof(Function);
  return WsaError::none;
}

// SO_UPDATE_CONNECT_CONTEXT and SO_UPDATE_ACCEPT_CONTEXT: the socket of an extension function becomes like any
// other one.

/// No value is needed, and any is accepted (K-34).
WsaError update_connect_context(const SetCall& call) {
  if (settle_phase(call.socket) != Phase::connected) return WsaError::not_connected;
  call.socket.options.bits.fetch_or(kContextUpdated, std::memory_order_relaxed);
  return WsaError::none;
}

/// The listener's keep-alive holds from now on.
Status follow_keep_alive(const Socket& listener, const Socket& accepted) {
  engine::Engine& engine = runtime().engine();
  const auto asked = engine.asked(listener.fd());
  if (asked && asked->on)
    return engine.switch_on(accepted.fd(), policy::with_own(default_timing(), asked->wanted));
  if (const Status off = engine.switch_off(accepted.fd()); !off) return off;
  return engine.set_values(accepted.fd(), asked ? asked->wanted : default_timing());
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
  if (const Status done = follow_keep_alive(*listener, call.socket); !done)
    return os::wsa_error(done.error().code);
  const bool non_blocking = call.socket.non_blocking.load(std::memory_order_relaxed);
  inherit(*listener, call.socket);
  call.socket.non_blocking.store(non_blocking, std::memory_order_relaxed);  // As the kernel has it.
  call.socket.options.bits.fetch_or(kContextUpdated, std::memory_order_relaxed);
  return WsaError::none;
}

}  // namespace wsalive::winsock

#include "winsock/overlapped/extension_functions.hpp"

#include "mswsock.h"

#include <cerrno>
#include <cstdint>
#include <new>

#include "os/errno_table.hpp"
#include "os/memory/program_memory.hpp"
#include "os/socket/socket_calls.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

enum Stage : int { kAsk, kAwait, kSend };

void clear_bit(Socket& socket, OptionBit bit) {
  socket.options.bits.fetch_and(static_cast<std::uint8_t>(~bit), std::memory_order_relaxed);
}

void free_again(Socket& socket) {
  clear_bit(socket, kByConnectEx);
  socket.phase.store(Phase::fresh, std::memory_order_release);
  socket.request_awaited.store(false, std::memory_order_release);
}

/// Ends a request that the kernel has refused to begin.
Progress end_unasked(Socket& socket, Outcome& outcome, WsaError code) {
  socket.last_error.store(static_cast<std::int32_t>(code), std::memory_order_relaxed);
  free_again(socket);
  return failed(socket, outcome, code);
}

/// Ends a request that has failed; the thread that noticed has made the socket fresh again.
Progress end_unconnected(Socket& socket, Outcome& outcome) {
  clear_bit(socket, kByConnectEx);
  const int kept = socket.last_error.load(std::memory_order_relaxed);
  return failed(socket, outcome,
                kept != 0 ? static_cast<WsaError>(kept) : WsaError::connection_refused);
}

Progress attempt_connect(Operation& operation, Socket& socket, Outcome& outcome) {
  if (operation.extra.stage == kAsk) {
    const int result = ask_for_connection(socket, operation.address);
    if (result != 0 && result != -EINPROGRESS) {
      return end_unasked(socket, outcome, os::wsa_error(-result));
    }
    operation.extra.stage = kAwait;
    apply_keep_alive(socket);
    socket.request_awaited.store(false, std::memory_order_release);
  }
  if (operation.extra.stage == kAwait) {
    const Phase phase = settle_phase(socket);
    if (phase == Phase::connecting) return Progress::waits;
    if (phase == Phase::fresh) return end_unconnected(socket, outcome);
    operation.extra.stage = kSend;
  }
  return operation.data.size() == 0 ? ended_well(outcome, 0)
                                    : attempt_send(operation, socket, outcome);
}

/// A request that the program withdraws leaves the socket free for another one.
void take_back(Operation& operation, Socket& socket) noexcept {
  if (operation.extra.stage != kAwait || socket.life() != Life::open) return;
  static_cast<void>(os::disconnect_socket(socket.fd()));
  free_again(socket);
}

/// A ConnectEx as the program made it.
struct ConnectExCall {
  SOCKET handle;
  const sockaddr* name;
  int name_size;
  void* data;
  DWORD data_size;
  DWORD* sent;
  OVERLAPPED* overlapped;
};

WsaError phase_refusal(Socket& socket) {
  const Phase phase = settle_phase(socket);
  if (phase == Phase::connected) return WsaError::is_connected;
  const bool bound = socket.bound.load(std::memory_order_relaxed);
  const bool busy = phase != Phase::fresh || waits_for_accept(socket);
  return busy || !bound ? WsaError::invalid_argument : WsaError::none;
}

WsaError check_call(Socket& socket, const ConnectExCall& request, os::SocketAddress& address) {
  if (!socket.is_tcp()) return WsaError::operation_not_supported;
  const WsaError bad = take_address(socket, request.name, request.name_size, address);
  if (bad != WsaError::none) return bad;
  if (!can_store(request.overlapped)) return WsaError::fault;
  if (request.sent && !can_store(request.sent)) return WsaError::fault;
  if (!request.data && request.data_size != 0) return WsaError::fault;
  if (const WsaError busy = phase_refusal(socket); busy != WsaError::none) return busy;
  return address.port() == 0 || address.is_any() ? WsaError::address_not_available : WsaError::none;
}

/// Reserves the socket for a request that begins. If the call is refused first, releases it.
class Earlier {
 public:
  explicit Earlier(const Socket& socket) noexcept
      : context_updated_((socket.options.bits.load(std::memory_order_relaxed) & kContextUpdated) !=
                         0),
        by_accept_(socket.by_accept.load(std::memory_order_relaxed)),
        reusable_(socket.reusable.load(std::memory_order_relaxed)),
        last_error_(socket.last_error.load(std::memory_order_relaxed)) {}

  void give_back(Socket& socket) const noexcept {
    if (context_updated_) {
      socket.options.bits.fetch_or(kContextUpdated, std::memory_order_relaxed);
    }
    socket.by_accept.store(by_accept_, std::memory_order_relaxed);
    socket.reusable.store(reusable_, std::memory_order_relaxed);
    socket.last_error.store(last_error_, std::memory_order_relaxed);
  }

 private:
  bool context_updated_;
  bool by_accept_;
  bool reusable_;
  std::int32_t last_error_;
};

WsaError start(Socket& socket, const ConnectExCall& request, const os::SocketAddress& address) {
  Operation& operation = take_operation();
  operation.attempt = attempt_connect;
  operation.on_cancel = take_back;
  operation.pends = true;
  operation.direction = os::Direction::send;
  operation.address = address;
  operation.data = Buffers{request.data, std::size_t{request.data_size}};
  const Earlier earlier{socket};
  if (!begin_request(socket)) {
    give_back(operation);
    return WsaError::invalid_argument;
  }
  socket.options.bits.fetch_or(kByConnectEx, std::memory_order_relaxed);
  clear_bit(socket, kContextUpdated);
  socket.peer.store(address);
  std::uint32_t unused = 0;
  const WsaError answer = start_operation(socket, operation, {request.overlapped}, unused);
  if (answer != WsaError::io_pending) {
    free_again(socket);
    earlier.give_back(socket);
  }
  observe_if_selected(socket);
  return answer;
}

WsaError connect_ex_call(const ConnectExCall& request) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{request.handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  if (!request.overlapped) return WsaError::invalid_parameter;  // K-103
  os::SocketAddress address;
  if (const WsaError bad = check_call(*socket, request, address); bad != WsaError::none) return bad;
  return start(*socket, request, address);
}

}  // namespace

int ask_for_connection(Socket& socket, const os::SocketAddress& address) noexcept {
  os::limit_pending_connect(socket.fd());
  const bool blocks = !socket.non_blocking.load(std::memory_order_relaxed);
  if (blocks) static_cast<void>(os::set_blocking(socket.fd(), os::Blocking::no));
  const int result = os::connect_socket(socket.fd(), address);
  if (blocks) static_cast<void>(os::set_blocking(socket.fd(), os::Blocking::yes));
  return result;
}

}  // namespace wsalive::winsock

BOOL ConnectEx(SOCKET s, const struct sockaddr* name, int namelen, PVOID lpSendBuffer,
               DWORD dwSendDataLength, LPDWORD lpdwBytesSent, LPOVERLAPPED lpOverlapped) {
  using namespace wsalive::winsock;
  return guarded_flag([&] {
    return connect_ex_call(
        {s, name, namelen, lpSendBuffer, dwSendDataLength, lpdwBytesSent, lpOverlapped});
  });
}

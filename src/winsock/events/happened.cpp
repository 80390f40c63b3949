#include "winsock/events/selection.hpp"

#include "winsock2.h"

#include <cerrno>
#include <chrono>

#include "os/socket/poll.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/socket/socket_io.hpp"
#include "os/socket/socket_option.hpp"
#include "os/tcp/tcp_info.hpp"
#include "winsock/connection/close_cause.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/readiness/readiness.hpp"

namespace wsalive::winsock {
namespace {

void put(NetworkRecord& record, int bit, WsaError code = WsaError::none) {
  record.events = static_cast<NetworkEvents>(record.events | (1U << static_cast<unsigned>(bit)));
  record.codes[static_cast<std::size_t>(bit)] = code;
}

/// Urgent data that is received in line counts as data (FD_READ).
bool has_urgent(const Socket& socket, Ready ready) {
  if ((ready & kHasUrgent) == 0) return false;
  int in_line = 0;
  return os::get_int(socket.fd(), os::Option::out_of_band_inline, in_line) == 0 && in_line == 0;
}

/// The code of a connection's end that was not orderly.
WsaError code_of_end(Socket& socket) {
  // Only TCP's close causes are kept; the error of another stream stays for the next call to consume.
  if (!socket.is_tcp()) return WsaError::connection_reset;
  switch (cause_of_end(socket)) {
    case Cause::keep_alive:
    case Cause::keep_alive_told:
      return WsaError::network_reset;
    case Cause::retransmission:
      return WsaError::timed_out;
    case Cause::reset:
    case Cause::none:
      break;
  }
  return WsaError::connection_reset;
}

/// After SD_RECEIVE the kernel always reports that the peer has ended; the connection's state tells whether it has.
bool has_peer_ended(const Socket& socket) {
  if ((socket.shut.load(std::memory_order_relaxed) & kShutReceiving) == 0) return true;
  switch (os::tcp_state(socket.fd())) {
    case os::TcpState::close_wait:
    case os::TcpState::last_ack:
    case os::TcpState::closing:
    case os::TcpState::time_wait:
    case os::TcpState::close:
      return socket.is_tcp();
    default:
      return false;
  }
}

/// The peer has ended its sending: FD_READ as long as something is unread, FD_CLOSE after that.
void put_orderly_end(Socket& socket, NetworkRecord& record) {
  char unused = 0;
  const long unread = os::receive_bytes(socket.fd(), &unused, 1, os::kPeek | os::kDontBlock);
  const bool shut = (socket.shut.load(std::memory_order_relaxed) & kShutReceiving) != 0;
  if (unread > 0 && !shut) return put(record, FD_READ_BIT);
  if (unread < 0 && unread != -EAGAIN) {  // An error that has come just now.
    note_close_cause(socket, static_cast<int>(-unread));
    return put(record, FD_CLOSE_BIT, code_of_end(socket));
  }
  if (has_peer_ended(socket)) put(record, FD_CLOSE_BIT);
}

void put_connected(Socket& socket, os::Readiness found, Ready ready, NetworkRecord& record) {
  if (!socket.by_accept.load(std::memory_order_relaxed)) put(record, FD_CONNECT_BIT);
  if ((ready & kIsBroken) != 0) {
    if ((ready & kCanReceive) != 0) put(record, FD_READ_BIT);
    return put(record, FD_CLOSE_BIT, code_of_end(socket));
  }
  if ((ready & kCanSend) != 0) put(record, FD_WRITE_BIT);
  if (has_urgent(socket, ready)) put(record, FD_OOB_BIT);
  if ((found & os::kPeerEnded) != 0) {
    put_orderly_end(socket, record);
  } else if ((ready & kCanReceive) != 0) {
    put(record, FD_READ_BIT);
  }
}

void put_message_events(Ready ready, NetworkRecord& record) {
  if ((ready & kCanReceive) != 0) put(record, FD_READ_BIT);
  if ((ready & kCanSend) != 0) put(record, FD_WRITE_BIT);
}

/// While a request is pending, asks the kernel only for its end; once it has ended, for everything else.
os::Readiness look_at(Socket& socket) {
  for (;;) {
    const Phase before = socket.phase.load(std::memory_order_acquire);
    os::Watched watched =
        watch(socket, asked_of_kernel(kCanReceive | kCanSend | kHasUrgent | kPeerHasEnded));
    if (os::wait_for(&watched, 1, std::chrono::nanoseconds{0}) < 0) return 0;
    if (socket.phase.load(std::memory_order_acquire) != before)
      continue;  // The answer is about an earlier phase.
    if (before != Phase::connecting || watched.ready() == 0) return watched.ready();
    if (settle_phase(socket) != Phase::connected) return watched.ready();
  }
}

/// ConnectEx and the connect-by calls settle their requests themselves, and then call observe_if_selected.
bool settles_itself(const Socket& socket) {
  return socket.phase.load(std::memory_order_acquire) == Phase::connecting &&
         (socket.options.bits.load(std::memory_order_acquire) & kByConnectEx) != 0;
}

}  // namespace

NetworkRecord happened_on(Socket& socket) noexcept {
  NetworkRecord record;
  if (settles_itself(socket)) return record;
  const os::Readiness found = look_at(socket);
  const Ready ready = judge(socket, found);
  if (!socket.is_stream()) {
    put_message_events(ready, record);
    return record;
  }
  switch (socket.phase.load(std::memory_order_acquire)) {
    case Phase::connected:
      put_connected(socket, found, ready, record);
      break;
    case Phase::listening:
      if ((ready & kCanReceive) != 0) put(record, FD_ACCEPT_BIT);
      break;
    case Phase::fresh:
      if ((ready & kConnectFailed) != 0) {
        const std::int32_t kept = socket.last_error.load(std::memory_order_relaxed);
        put(record, FD_CONNECT_BIT, static_cast<WsaError>(kept));
      }
      break;
    case Phase::connecting:
      break;
  }
  return record;
}

}  // namespace wsalive::winsock

// connect and WSAConnect. A request for which no call waits completes in the kernel; settle_phase asks for its outcome.

#include "winsock/connection/connection.hpp"

#include "winsock2.h"

#include <pthread.h>

#include <cerrno>
#include <mutex>
#include <optional>

#include "engine/engine.hpp"
#include "os/clock.hpp"
#include "os/errno_table.hpp"
#include "os/socket/socket_calls.hpp"
#include "policy/timing_in_force.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/hooks.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/options/keepalive_options.hpp"
#include "winsock/options/retransmission.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

/// A datagram socket's peer; an address of zeroes removes it, whatever its port (K-144).
WsaError set_peer(Socket& socket, const os::SocketAddress& address) {
  const bool nowhere = address.is_any();
  const int result =
      nowhere ? os::disconnect_socket(socket.fd()) : os::connect_socket(socket.fd(), address);
  if (result == 0 && !nowhere) socket.bound.store(true, std::memory_order_relaxed);
  return os::wsa_error(-result);
}

/// Waits for the request's end. A signal does not end the call, a close does (K-109, K-110).
int await_request(Socket& socket, const os::SocketAddress& address) {
  for (;;) {
    const int result = os::connect_socket(socket.fd(), address);
    // EINPROGRESS and EALREADY: SO_SNDTIMEO has run out, which Windows ignores here.
    const bool goes_on = result == -EINTR || result == -EINPROGRESS || result == -EALREADY;
    if (!goes_on || socket.life() != Life::open) return result;
    // Another process may have made the kernel's socket non-blocking: then the call waits here.
    if (socket.own_mode.load(std::memory_order_relaxed) && result != -EINTR) {
      static_cast<void>(wait_until_ready(socket, os::kWritable, std::nullopt));
    }
  }
}

/// Waits for the request outside connect(2), so that the hook is called (K-22) or queued calls run (K-136) meanwhile.
int request_by_itself(Socket& socket, const os::SocketAddress& address) {
  if (const int refused = os::set_blocking(socket.fd(), os::Blocking::no); refused != 0) {
    return refused;
  }
  int result = os::connect_socket(socket.fd(), address);
  if (result == -EINPROGRESS) {
    const WsaError ended = wait_until_ready(socket, os::kWritable, std::nullopt);
    result = ended == WsaError::none ? -os::take_pending_error(socket.fd()) : -ECANCELED;
  }
  // A cancelled request is withdrawn: the socket may try again.
  if (result == -ECANCELED) static_cast<void>(os::disconnect_socket(socket.fd()));
  static_cast<void>(os::set_blocking(socket.fd(), os::Blocking::yes));
  return result;
}

int request(Socket& socket, const os::SocketAddress& address) {
  if (socket.non_blocking.load(std::memory_order_relaxed)) {
    os::limit_pending_connect(socket.fd());
    return os::connect_socket(socket.fd(), address);
  }
  os::limit_awaited_connect(socket.fd(), host_limit(socket));
  const int result =
      waits_by_itself() ? request_by_itself(socket, address) : await_request(socket, address);
  os::unlimit_awaited_connect(socket.fd(), host_limit(socket));
  return result;
}

WsaError fail(Socket& socket, WsaError code) {
  socket.last_error.store(static_cast<std::int32_t>(code), std::memory_order_relaxed);
  socket.phase.store(Phase::fresh, std::memory_order_release);
  return code;
}

WsaError make_request(Socket& socket, const os::SocketAddress& address) {
  socket.peer.store(address);
  int result = request(socket, address);
  // The kernel reports once that an earlier request failed in the background, and no call has asked for that yet.
  if (result == -ECONNABORTED) result = request(socket, address);
  if (result == -EINPROGRESS) {
    socket.bound.store(true, std::memory_order_relaxed);
    apply_keep_alive(
        socket);  // The engine must find the connection even if the program makes no further call.
    return WsaError::would_block;  // K-101
  }
  if (socket.life() != Life::open) return WsaError::interrupted;
  if (result == -ECANCELED) return fail(socket, WsaError::interrupted);
  if (result != 0) return fail(socket, os::wsa_error(-result));
  socket.bound.store(true, std::memory_order_relaxed);
  become_connected(socket);
  return WsaError::none;
}

WsaError connect_stream(Socket& socket, const os::SocketAddress& address) {
  const WsaError code = make_request(socket, address);
  socket.request_awaited.store(false, std::memory_order_release);
  observe_if_selected(socket);
  return code;
}

/// K-101: what another connect answers while the socket is not free for one.
WsaError phase_refusal(const Socket& socket, Phase phase) {
  const bool by_connect_ex =
      (socket.options.bits.load(std::memory_order_relaxed) & kByConnectEx) != 0;
  switch (phase) {
    case Phase::listening:
      return WsaError::invalid_argument;
    case Phase::connected:
      return WsaError::is_connected;
    case Phase::connecting:
      if (by_connect_ex) return WsaError::invalid_argument;  // K-115
      // Winsock 1.1 knew no WSAEALREADY here.
      return runtime().version().major == 1 ? WsaError::invalid_argument : WsaError::already;
    case Phase::fresh:
      break;
  }
  return waits_for_accept(socket) ? WsaError::invalid_argument : WsaError::none;
}

bool leads_nowhere(const Socket& socket, const os::SocketAddress& address) {
  return socket.is_tcp() && (address.port() == 0 || address.is_any());
}

WsaError connect_call(SOCKET handle, const sockaddr* name, int size) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  os::SocketAddress address;
  if (const WsaError bad = take_address(*socket, name, size, address); bad != WsaError::none) {
    return bad;
  }
  if (has_messages(*socket)) return set_peer(*socket, address);
  if (const WsaError busy = phase_refusal(*socket, settle_phase(*socket)); busy != WsaError::none) {
    return busy;
  }
  if (leads_nowhere(*socket, address)) return WsaError::address_not_available;
  if (!begin_request(*socket)) {
    // Another thread's request; it may be over by now.
    const WsaError busy = phase_refusal(*socket, socket->phase.load(std::memory_order_acquire));
    return busy != WsaError::none ? busy : WsaError::already;
  }
  return connect_stream(*socket, address);
}

}  // namespace
}  // namespace wsalive::winsock

int connect(SOCKET s, const struct sockaddr* name, int namelen) {
  using namespace wsalive::winsock;
  return finish(connect_call(s, name, namelen));
}

// TCP carries no connect data, and there is no quality of service to ask for.
int WSAConnect(SOCKET s, const struct sockaddr* name, int namelen, LPWSABUF /*lpCallerData*/,
               LPWSABUF /*lpCalleeData*/, LPQOS /*lpSQOS*/, LPQOS /*lpGQOS*/) {
  using namespace wsalive::winsock;
  return finish(connect_call(s, name, namelen));
}

namespace wsalive::winsock {
namespace {

constinit std::mutex g_ending;

/// Several threads may notice the end at the same time. Only one of them may withdraw the request, and none
/// may after the program has made the next one.
void fail(Socket& socket) {
  static std::once_flag once;
  std::call_once(once, [] {
    ::pthread_atfork([] { g_ending.lock(); }, [] { g_ending.unlock(); }, [] { g_ending.unlock(); });
  });
  const std::lock_guard lock{g_ending};
  if (socket.phase.load(std::memory_order_acquire) != Phase::connecting ||
      socket.request_awaited.load(std::memory_order_acquire) ||
      os::tcp_state(socket.fd()) != os::TcpState::close) {
    return;
  }
  const WsaError code = os::wsa_error(os::take_pending_error(socket.fd()));
  // The kernel would answer the next request with ECONNABORTED, once.
  static_cast<void>(os::disconnect_socket(socket.fd()));
  if (code != WsaError::none) {
    socket.last_error.store(static_cast<std::int32_t>(code), std::memory_order_relaxed);
  }
  socket.phase.store(Phase::fresh, std::memory_order_release);
}

}  // namespace

bool begin_request(Socket& socket) noexcept {
  if (socket.request_awaited.exchange(true)) return false;
  Phase fresh = Phase::fresh;
  if (!socket.phase.compare_exchange_strong(fresh, Phase::connecting)) {
    socket.request_awaited.store(false);
    return false;
  }
  if (waits_for_accept(
          socket)) {  // After the phase; AcceptEx does it in the other order, so one of the two notices.
    socket.phase.store(Phase::fresh);
    socket.request_awaited.store(false);
    return false;
  }
  socket.by_accept.store(false, std::memory_order_relaxed);
  socket.reusable.store(false, std::memory_order_relaxed);
  socket.last_error.store(0, std::memory_order_relaxed);
  request_begins(socket);
  return true;
}

Phase settle_phase(Socket& socket) noexcept {
  const Phase phase = socket.phase.load(std::memory_order_acquire);
  // A blocking connect of another thread settles its request itself.
  if (phase != Phase::connecting) return phase;
  switch (os::tcp_state(socket.fd())) {
    case os::TcpState::syn_sent:
    case os::TcpState::syn_received:
      return Phase::connecting;
    case os::TcpState::close:
      fail(socket);
      break;
    default:
      become_connected(socket);
  }
  return socket.phase.load(std::memory_order_acquire);
}

void become_connected(Socket& socket) noexcept {
  Phase expected = Phase::connecting;
  socket.connected_at_ns.store(os::monotonic_clock().now().time_since_epoch().count(),
                               std::memory_order_relaxed);
  if (socket.phase.compare_exchange_strong(expected, Phase::connected, std::memory_order_acq_rel)) {
    apply_keep_alive(socket);
  }
}

void apply_keep_alive(const Socket& socket) noexcept {
  if (!has_keep_alive(socket)) return;
  // The kernel refuses nothing here that it did not refuse when the option was set.
  static_cast<void>(runtime().engine().switch_on(socket.fd(), wanted_timing(socket)));
}

}  // namespace wsalive::winsock

#include "winsock/connection/connecting.hpp"

#include <pthread.h>

#include <mutex>

#include "engine/engine.hpp"
#include "os/clock.hpp"
#include "os/errno_table.hpp"
#include "os/socket/socket_calls.hpp"
#include "policy/timing_in_force.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/options/keepalive_options.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

constinit std::mutex g_ending;

/// The program and threads of ours may notice the end at once; only one may take the request back, and none
/// after the program has made the next one.
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
  socket.by_accept.store(false, std::memory_order_relaxed);
  socket.reusable.store(false, std::memory_order_relaxed);
  socket.last_error.store(0, std::memory_order_relaxed);
  request_begins(socket);
  return true;
}

Phase settle_phase(Socket& socket) noexcept {
  const Phase phase = socket.phase.load(std::memory_order_acquire);
  // A blocking connect of another thread settles it itself.
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

void apply_keep_alive(Socket& socket) noexcept {
  if (!socket.keep_alive.on.load(std::memory_order_relaxed)) return;
  // The kernel refuses nothing here that it did not refuse when the option was set.
  static_cast<void>(runtime().engine().switch_on(socket.fd(), wanted_timing(socket),
                                                 engine::KernelSwitch::untouched));
}

}  // namespace wsalive::winsock

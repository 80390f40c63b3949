#include "winsock/connecting.hpp"

#include "engine/engine.hpp"
#include "os/clock.hpp"
#include "os/errno_table.hpp"
#include "os/socket_calls.hpp"
#include "policy/keepalive.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

void fail(Socket& socket) {
  const WsaError code = os::wsa_error(os::take_pending_error(socket.fd()));
  // The kernel would answer the next request with ECONNABORTED, once.
  static_cast<void>(os::disconnect_socket(socket.fd()));
  if (code != WsaError::none) {
    socket.last_error.store(static_cast<std::int32_t>(code), std::memory_order_relaxed);
  }
  socket.phase.store(Phase::fresh, std::memory_order_release);
}

}  // namespace

Phase settle_phase(Socket& socket) noexcept {
  const Phase phase = socket.phase.load(std::memory_order_acquire);
  // A blocking connect of another thread settles it itself.
  if (phase != Phase::connecting) return phase;
  switch (os::tcp_state(socket.fd())) {
    case os::TcpState::syn_sent:
    case os::TcpState::syn_received:
      return Phase::connecting;
    case os::TcpState::close:
      if (socket.request_awaited.load(std::memory_order_acquire)) return Phase::connecting;
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
  const Settings& settings = runtime().settings();
  const policy::SourcedTiming wanted =
      policy::timing_in_force(settings.release, settings.registry, socket.keep_alive.values());
  // The kernel refuses nothing here that it did not refuse when the option was set.
  static_cast<void>(
      runtime().engine().switch_on(socket.fd(), wanted, engine::KernelSwitch::untouched));
}

}  // namespace wsalive::winsock

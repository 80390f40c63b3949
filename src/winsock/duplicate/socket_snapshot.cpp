#include "winsock/duplicate/socket_snapshot.hpp"

#include <algorithm>
#include <cstring>

#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

constexpr std::uint32_t kPeerRoom = sizeof(SocketSnapshot::peer);

}  // namespace

SocketSnapshot snapshot_of(const Socket& socket) noexcept {
  SocketSnapshot state;
  state.traits = socket.traits();
  state.phase = socket.phase.load(std::memory_order_acquire);
  state.cause = socket.cause.load(std::memory_order_acquire);
  state.non_blocking = socket.non_blocking.load();
  state.kernel_non_blocking = socket.kernel_non_blocking.load();
  state.bound = socket.bound.load();
  state.shut = socket.shut.load();
  state.last_error = socket.last_error.load();
  state.connected_at_ns = socket.connected_at_ns.load();
  const auto asked = runtime().engine().asked(socket.fd());
  state.keep_alive_asked = asked.has_value();
  state.keep_alive = asked.value_or(engine::Asked{});
  state.receive_buffer = socket.options.receive_buffer.load();
  state.send_buffer = socket.options.send_buffer.load();
  state.receive_timeout_ms = socket.options.receive_timeout_ms.load();
  state.send_timeout_ms = socket.options.send_timeout_ms.load();
  state.retransmission_ms = socket.options.retransmission_ms.load();
  // An AcceptEx stays with the process that has called it.
  state.bits = static_cast<std::uint8_t>(socket.options.bits.load() & ~unsigned{kAcceptPending});
  state.control = socket.options.control.load();
  os::SocketAddress peer;
  socket.peer.load(peer);
  state.peer_size = std::min(peer.size, kPeerRoom);
  std::memcpy(state.peer.data(), peer.bytes.data(), state.peer_size);
  return state;
}

void restore(Socket& socket, const SocketSnapshot& state) noexcept {
  socket.shared = true;
  socket.cause = state.cause;
  socket.non_blocking = state.non_blocking;
  socket.kernel_non_blocking = state.kernel_non_blocking;
  socket.bound = state.bound;
  socket.shut = state.shut;
  socket.last_error = state.last_error;
  socket.connected_at_ns = state.connected_at_ns;
  if (state.keep_alive_asked) {
    static_cast<void>(runtime().engine().take_over(socket.fd(), state.keep_alive));
  }
  socket.options.receive_buffer = state.receive_buffer;
  socket.options.send_buffer = state.send_buffer;
  socket.options.receive_timeout_ms = state.receive_timeout_ms;
  socket.options.send_timeout_ms = state.send_timeout_ms;
  socket.options.retransmission_ms = state.retransmission_ms;
  socket.options.bits = state.bits;
  socket.options.control = state.control;
  os::SocketAddress peer;
  peer.size = std::min(state.peer_size, kPeerRoom);
  std::memcpy(peer.bytes.data(), state.peer.data(), peer.size);
  socket.peer.store(peer);
  socket.phase.store(state.phase, std::memory_order_release);
}

}  // namespace wsalive::winsock

#include "winsock/transfer/transfer.hpp"

#include "winsock/connection/connecting.hpp"

namespace wsalive::winsock {

WsaError transfer_refusal(Socket& socket, os::Direction direction) noexcept {
  const auto shut = direction == os::Direction::send ? kShutSending : kShutReceiving;
  if (has_messages(socket)) {
    if ((socket.shut.load(std::memory_order_relaxed) & shut) != 0) return WsaError::shut_down;
    const bool deaf =
        direction == os::Direction::receive && !socket.bound.load(std::memory_order_relaxed);
    return deaf ? WsaError::invalid_argument : WsaError::none;
  }
  if (settle_phase(socket) != Phase::connected) return WsaError::not_connected;  // K-102
  const bool ended = (socket.shut.load(std::memory_order_relaxed) & shut) != 0;
  return ended ? WsaError::shut_down : WsaError::none;
}

}  // namespace wsalive::winsock

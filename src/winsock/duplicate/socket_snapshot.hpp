// What is known of a socket beside what the kernel keeps, as it goes to another process with the descriptor.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "engine/engine.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

struct SocketSnapshot {
  /// Counts up with the layout: processes may have different versions of the library.
  static constexpr std::uint32_t kVersion = 2;

  std::uint32_t version = kVersion;
  std::uint32_t size = sizeof(SocketSnapshot);
  Traits traits;
  Phase phase = Phase::fresh;
  Cause cause = Cause::none;
  bool non_blocking = false;
  bool kernel_non_blocking = false;
  bool bound = false;
  std::uint8_t shut = 0;
  std::int32_t last_error = 0;
  std::int64_t connected_at_ns = 0;
  bool keep_alive_asked = false;
  engine::Asked keep_alive;
  std::int32_t receive_buffer = -1;
  std::int32_t send_buffer = -1;
  std::uint32_t receive_timeout_ms = 0;
  std::uint32_t send_timeout_ms = 0;
  std::int64_t retransmission_ms = 0;
  std::uint8_t bits = 0;
  std::uint16_t control = 0;
  std::array<std::byte, 32> peer{};
  std::uint32_t peer_size = 0;
  engine::SharedCourse course;

  [[nodiscard]] bool is_understood() const noexcept {
    return version == kVersion && size == sizeof(SocketSnapshot) && peer_size <= peer.size() &&
           phase <= Phase::connected && cause <= Cause::reset;
  }
};
static_assert(std::is_trivially_copyable_v<SocketSnapshot>);

/// What is known of the socket now.
[[nodiscard]] SocketSnapshot snapshot_of(const Socket& socket) noexcept;
/// Fills a fresh entry, and notes in the engine what was asked of keep-alive. Nothing is in force yet.
void restore(Socket& socket, const SocketSnapshot& state) noexcept;

}  // namespace wsalive::winsock

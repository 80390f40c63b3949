// An address in its form in memory: Windows and Linux lay sockaddr_in, sockaddr_in6 and sockaddr_un out
// alike, except for the family's number in the first two bytes. Other code names the family, and
// only this file and address.cpp convert the name to Linux' number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "os/socket/address.hpp"

namespace wsalive::os {

struct SocketAddress {
  static constexpr std::size_t kRoom = 128;

  alignas(8) std::array<std::byte, kRoom> bytes;  // Not cleared: `size` says what is good.
  std::uint32_t size = 0;

  /// The family whose Linux number stands in the first two bytes.
  [[nodiscard]] Family family() const noexcept;
  void set_family(Family family) noexcept;

  /// IPv4 and IPv6 only; 0 for others. Host order.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Whether it is the address that means "any" (0.0.0.0, ::).
  [[nodiscard]] bool is_any() const noexcept;
};

/// Bytes of a whole sockaddr of that family: 16, 28, 110, or 0.
[[nodiscard]] constexpr std::uint32_t socket_address_size(Family family) noexcept {
  switch (family) {
    case Family::ipv4:
      return 16;
    case Family::ipv6:
      return 28;
    case Family::local:
      return 110;
    case Family::none:
      break;
  }
  return 0;
}

/// Where to connect to, or to listen. IPv4 and IPv6 only.
[[nodiscard]] SocketAddress socket_address_of(const Endpoint& endpoint) noexcept;
/// nullopt for other families.
[[nodiscard]] std::optional<Endpoint> endpoint_of(const SocketAddress& address) noexcept;

}  // namespace wsalive::os

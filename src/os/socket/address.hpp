// Addresses and networks without numbers of either world: a family by name, bytes in network order, a port in the host's
// order. The layers above never see Linux' AF_INET6, the layers below never see Windows'. Any thread; no state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsalive::os {

/// Address families that Windows and Linux share.
enum class Family : std::uint8_t { none, ipv4, ipv6, local };

/// Linux' number of a family; AF_UNSPEC for none.
[[nodiscard]] int linux_family(Family family) noexcept;

/// The family of a Linux number; none for one that Windows does not share.
[[nodiscard]] Family family_of(int linux_number) noexcept;

/// An IPv4 or IPv6 address with its port.
struct Endpoint {
  Family family = Family::none;
  std::uint16_t port = 0;                  ///< Host order.
  std::array<std::uint8_t, 16> address{};  ///< Network order; the first four for IPv4.
  std::uint32_t flow_info = 0;             ///< As it stands in a sockaddr.
  std::uint32_t scope_id = 0;              ///< The interface's index.

  friend constexpr bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Bytes of an address of that family: 4, 16, or 0.
[[nodiscard]] constexpr std::size_t address_size(Family family) noexcept {
  return family == Family::ipv4 ? 4 : family == Family::ipv6 ? 16 : 0;
}

/// ::ffff:a.b.c.d as a.b.c.d; anything else as it is.
[[nodiscard]] Endpoint unmapped(Endpoint endpoint) noexcept;

// Addresses as people write them, and back: the C library's parsers behind neutral types. Nothing here
// asks a resolver.

/// Whether an IPv4 text must have four decimal parts, or may be short, octal or hexadecimal.
enum class Ipv4Notation : std::uint8_t { four_parts, any };

/// An IPv4 address without a port.
[[nodiscard]] std::optional<Endpoint> parse_ipv4(const char* text, Ipv4Notation notation) noexcept;

/// An IPv6 address without port, brackets or zone.
[[nodiscard]] std::optional<Endpoint> parse_ipv6(const char* text) noexcept;

/// Only the address: no port, no zone, no brackets. Empty for a family that has no such form.
[[nodiscard]] std::string format_address(const Endpoint& endpoint);

/// Address, port and zone as Windows joins them: "1.2.3.4:80", "[fe80::1%5]:80"; a port or zone of 0
/// is left out, with the brackets.
[[nodiscard]] std::string format_endpoint(const Endpoint& endpoint);

/// Reads what format_endpoint writes, of the one family; numbers may be octal or hexadecimal. A zone
/// is a number.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(Family family, std::string_view text);

// Networks as people write them: an address and how many of its bits count. Every selection of connections by address
// uses this parser.

struct Network {
  Endpoint address{};  ///< IPv4 or IPv6; without a port.
  unsigned bits = 0;   ///< Up to 32 or 128.

  /// "10.0.0.0/8", "fd00::/8", or one address, all of whose bits count. ::ffff:a.b.c.d is IPv4.
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);

  /// An IPv4 address is also found in its mapped form.
  [[nodiscard]] bool contains(const Endpoint& endpoint) const noexcept;

  /// "10.0.0.0/8"; "10.0.0.5" where all bits count.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Network&, const Network&) = default;
};

}  // namespace wsalive::os

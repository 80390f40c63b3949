// Addresses as people write them, and back: the C library's parsers behind neutral types. Nothing here
// asks a resolver. Any thread; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "os/socket/address.hpp"

namespace wsalive::os {

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

}  // namespace wsalive::os

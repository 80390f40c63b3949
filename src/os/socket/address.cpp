#include "os/socket/address.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace wsalive::os {

int linux_family(Family family) noexcept {
  switch (family) {
    case Family::ipv4:
      return AF_INET;
    case Family::ipv6:
      return AF_INET6;
    case Family::local:
      return AF_UNIX;
    case Family::none:
      break;
  }
  return AF_UNSPEC;
}

Family family_of(int linux_number) noexcept {
  switch (linux_number) {
    case AF_INET:
      return Family::ipv4;
    case AF_INET6:
      return Family::ipv6;
    case AF_UNIX:
      return Family::local;
    default:
      return Family::none;
  }
}

Endpoint unmapped(Endpoint endpoint) noexcept {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (endpoint.family != Family::ipv6 ||
      !std::equal(kMapped.begin(), kMapped.end(), endpoint.address.begin())) {
    return endpoint;
  }
  Endpoint four;
  four.family = Family::ipv4;
  four.port = endpoint.port;
  std::copy(endpoint.address.begin() + 12, endpoint.address.end(), four.address.begin());
  return four;
}

namespace {

/// A C number (decimal, 0 octal, 0x hexadecimal) up to `largest`, without sign or space around it.
std::optional<std::uint32_t> parse_number(const std::string& text, std::uint32_t largest) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) == 0) {
    return std::nullopt;
  }
  char* end = nullptr;
  errno = 0;
  const unsigned long value = std::strtoul(text.c_str(), &end, 0);
  if (errno != 0 || *end != '\0' || value > largest) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto port = parse_number(std::string{text}, std::numeric_limits<std::uint16_t>::max());
  if (!port) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

std::optional<Endpoint> parse_ipv4_endpoint(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string address{text.substr(0, colon)};
  std::optional<Endpoint> found = parse_ipv4(address.c_str(), Ipv4Notation::any);
  if (!found || colon == std::string_view::npos) return found;
  const std::optional<std::uint16_t> port = parse_port(text.substr(colon + 1));
  if (!port) return std::nullopt;
  found->port = *port;
  return found;
}

/// "fe80::1" or "fe80::1%5".
std::optional<Endpoint> parse_ipv6_with_zone(std::string_view text) {
  const std::size_t percent = text.find('%');
  const std::string address{text.substr(0, percent)};
  std::optional<Endpoint> found = parse_ipv6(address.c_str());
  if (!found || percent == std::string_view::npos) return found;
  const auto zone = parse_number(std::string{text.substr(percent + 1)},
                                 std::numeric_limits<std::uint32_t>::max());
  if (!zone) return std::nullopt;
  found->scope_id = *zone;
  return found;
}

std::optional<Endpoint> parse_ipv6_endpoint(std::string_view text) {
  if (!text.starts_with('[')) return parse_ipv6_with_zone(text);
  const std::size_t bracket = text.find(']');
  if (bracket == std::string_view::npos) return std::nullopt;
  std::optional<Endpoint> found = parse_ipv6_with_zone(text.substr(1, bracket - 1));
  const std::string_view rest = text.substr(bracket + 1);
  if (!found || rest.empty()) return found;
  const auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  found->port = *port;
  return found;
}

}  // namespace

std::optional<Endpoint> parse_ipv4(const char* text, Ipv4Notation notation) noexcept {
  in_addr address{};
  const bool good = notation == Ipv4Notation::any ? ::inet_aton(text, &address) != 0
                                                  : ::inet_pton(AF_INET, text, &address) == 1;
  if (!good) return std::nullopt;
  Endpoint found{.family = Family::ipv4};
  std::memcpy(found.address.data(), &address, sizeof address);
  return found;
}

std::optional<Endpoint> parse_ipv6(const char* text) noexcept {
  Endpoint found{.family = Family::ipv6};
  if (::inet_pton(AF_INET6, text, found.address.data()) != 1) return std::nullopt;
  return found;
}

std::string format_address(const Endpoint& endpoint) {
  if (address_size(endpoint.family) == 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(linux_family(endpoint.family), endpoint.address.data(), text.data(), text.size());
  return text.data();
}

std::string format_endpoint(const Endpoint& endpoint) {
  std::string text = format_address(endpoint);
  if (endpoint.family == Family::ipv6) {
    if (endpoint.scope_id != 0) text += '%' + std::to_string(endpoint.scope_id);
    if (endpoint.port != 0) text = '[' + text + ']';
  }
  if (endpoint.port != 0) text += ':' + std::to_string(endpoint.port);
  return text;
}

std::optional<Endpoint> parse_endpoint(Family family, std::string_view text) {
  switch (family) {
    case Family::ipv4:
      return parse_ipv4_endpoint(text);
    case Family::ipv6:
      return parse_ipv6_endpoint(text);
    default:
      return std::nullopt;
  }
}

namespace {

constexpr unsigned kMappedBits = 96;  // Of ::ffff:0:0/96, behind which an IPv4 address stands.

unsigned longest_of(Family family) { return static_cast<unsigned>(8 * address_size(family)); }

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address{text.substr(0, slash)};
  auto read = parse_ipv4(address.c_str(), Ipv4Notation::four_parts);
  if (!read) read = parse_ipv6(address.c_str());
  if (!read) return std::nullopt;
  Network network{*read, longest_of(read->family)};
  if (slash != std::string_view::npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, network.bits);
    if (error != std::errc{} || stop != end || network.bits > longest_of(read->family))
      return std::nullopt;
  }
  const Endpoint plain = unmapped(network.address);
  if (plain.family == network.address.family) return network;
  if (network.bits < kMappedBits) return std::nullopt;  // Half of it would be no IPv4.
  return Network{plain, network.bits - kMappedBits};
}

bool Network::contains(const Endpoint& endpoint) const noexcept {
  const Endpoint plain = unmapped(endpoint);
  if (plain.family != address.family) return false;
  for (unsigned bit = 0; bit < bits; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if ((plain.address[bit / 8] & mask) != (address.address[bit / 8] & mask)) return false;
  }
  return true;
}

std::string Network::text() const {
  std::string text = format_address(address);
  if (bits != longest_of(address.family)) text += '/' + std::to_string(bits);
  return text;
}

}  // namespace wsalive::os

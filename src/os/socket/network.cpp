#include "os/socket/network.hpp"

#include <charconv>
#include <cstdint>

#include "os/socket/address.hpp"

namespace wsalive::os {
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

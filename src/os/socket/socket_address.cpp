#include "os/socket/socket_address.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

namespace wsalive::os {

static_assert(sizeof(sockaddr_in) == socket_address_size(Family::ipv4));
static_assert(sizeof(sockaddr_in6) == socket_address_size(Family::ipv6));
static_assert(sizeof(sockaddr_un) == socket_address_size(Family::local));
static_assert(sizeof(sockaddr_storage) == SocketAddress::kRoom);
static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));

Family SocketAddress::family() const noexcept {
  sa_family_t number = AF_UNSPEC;
  if (size >= sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
  return family_of(number);
}

void SocketAddress::set_family(Family family) noexcept {
  const auto number = static_cast<sa_family_t>(linux_family(family));
  std::memcpy(bytes.data(), &number, sizeof number);
}

std::uint16_t SocketAddress::port() const noexcept {
  if (const Family known = family(); known != Family::ipv4 && known != Family::ipv6) return 0;
  in_port_t port = 0;
  std::memcpy(&port, bytes.data() + offsetof(sockaddr_in, sin_port), sizeof port);
  return ntohs(port);
}

bool SocketAddress::is_any() const noexcept {
  const auto all_zero = [this](std::size_t from, std::size_t count) {
    for (std::size_t at = from; at < from + count; ++at) {
      if (bytes[at] != std::byte{0}) return false;
    }
    return true;
  };
  switch (family()) {
    case Family::ipv4:
      return all_zero(offsetof(sockaddr_in, sin_addr), sizeof(in_addr));
    case Family::ipv6:
      return all_zero(offsetof(sockaddr_in6, sin6_addr), sizeof(in6_addr));
    default:
      return false;
  }
}

SocketAddress socket_address_of(const Endpoint& endpoint) noexcept {
  SocketAddress result;
  result.size = socket_address_size(endpoint.family);
  if (endpoint.family == Family::ipv4) {
    sockaddr_in address{};
    address.sin_port = htons(endpoint.port);
    std::memcpy(&address.sin_addr, endpoint.address.data(), sizeof address.sin_addr);
    std::memcpy(result.bytes.data(), &address, sizeof address);
  } else {
    sockaddr_in6 address{};
    address.sin6_port = htons(endpoint.port);
    address.sin6_scope_id = endpoint.scope_id;
    std::memcpy(&address.sin6_addr, endpoint.address.data(), sizeof address.sin6_addr);
    std::memcpy(result.bytes.data(), &address, sizeof address);
  }
  result.set_family(endpoint.family);
  return result;
}

std::optional<Endpoint> endpoint_of(const SocketAddress& address) noexcept {
  Endpoint result;
  result.family = address.family();
  result.port = address.port();
  const bool v4 = result.family == Family::ipv4;
  if (!v4 && result.family != Family::ipv6) return std::nullopt;
  const std::size_t offset =
      v4 ? offsetof(sockaddr_in, sin_addr) : offsetof(sockaddr_in6, sin6_addr);
  std::memcpy(result.address.data(), address.bytes.data() + offset, address_size(result.family));
  return result;
}

}  // namespace wsalive::os

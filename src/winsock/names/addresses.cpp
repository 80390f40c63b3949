#include "winsock/names/addresses.hpp"

#include "winsock2.h"

#include <ws2tcpip.h>

#include <algorithm>
#include <cstring>

#include "os/memory/program_memory.hpp"

namespace wsalive::winsock {
namespace {

using os::Endpoint;
using os::Family;

/// A number between the host's and the network's order, either way.
std::uint16_t swapped(std::uint16_t value) { return ntohs(value); }

Endpoint endpoint_of(const SOCKADDR_IN& in) {
  Endpoint endpoint{.family = Family::ipv4, .port = swapped(in.sin_port)};
  std::memcpy(endpoint.address.data(), &in.sin_addr, sizeof in.sin_addr);
  return endpoint;
}

Endpoint endpoint_of(const SOCKADDR_IN6& in) {
  Endpoint endpoint{.family = Family::ipv6,
                    .port = swapped(in.sin6_port),
                    .flow_info = in.sin6_flowinfo,
                    .scope_id = in.sin6_scope_id};
  std::memcpy(endpoint.address.data(), &in.sin6_addr, sizeof in.sin6_addr);
  return endpoint;
}

template <typename Sockaddr>
tl::expected<Endpoint, WsaError> read_as(const void* at, std::size_t size) {
  Sockaddr in{};
  if (size < sizeof in || !os::read_program(at, &in, sizeof in)) {
    return tl::unexpected<WsaError>{WsaError::fault};
  }
  return endpoint_of(in);
}

template <typename Sockaddr>
SockaddrImage image_from(const Sockaddr& in) {
  SockaddrImage image{.bytes = {}, .size = sizeof in};
  std::memcpy(image.bytes.data(), &in, sizeof in);
  return image;
}

}  // namespace

int windows_family(Family family) noexcept {
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

Family family_of_windows(int number) noexcept {
  switch (number) {
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

std::size_t sockaddr_size(Family family) noexcept {
  return family == Family::ipv4   ? sizeof(SOCKADDR_IN)
         : family == Family::ipv6 ? sizeof(SOCKADDR_IN6)
                                  : 0;
}

SockaddrImage image_of(const Endpoint& endpoint) noexcept {
  static_assert(sizeof(SOCKADDR_IN6) == sizeof(SockaddrImage::bytes));
  if (endpoint.family == Family::ipv4) {
    SOCKADDR_IN in{};
    in.sin_family = AF_INET;
    in.sin_port = swapped(endpoint.port);
    std::memcpy(&in.sin_addr, endpoint.address.data(), sizeof in.sin_addr);
    return image_from(in);
  }
  SOCKADDR_IN6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = swapped(endpoint.port);
  in.sin6_flowinfo = endpoint.flow_info;
  in.sin6_scope_id = endpoint.scope_id;
  std::memcpy(&in.sin6_addr, endpoint.address.data(), sizeof in.sin6_addr);
  return image_from(in);
}

tl::expected<Endpoint, WsaError> read_sockaddr(const void* at, std::size_t size) noexcept {
  ADDRESS_FAMILY family = 0;
  if (size < sizeof family || !os::read_program(at, &family, sizeof family)) {
    return tl::unexpected<WsaError>{WsaError::fault};
  }
  switch (family) {
    case AF_INET:
      return read_as<SOCKADDR_IN>(at, size);
    case AF_INET6:
      return read_as<SOCKADDR_IN6>(at, size);
    default:
      return tl::unexpected<WsaError>{WsaError::family_not_supported};
  }
}

namespace {

/// A local address is as long as its path.
std::uint32_t shortest(Family family) noexcept {
  return family == Family::local ? std::uint32_t{sizeof(u_short)} : os::socket_address_size(family);
}

bool read(const void* from, void* to, std::size_t size) noexcept {
  if (!os::is_on_stack(from, size)) return os::read_program(from, to, size);
  std::memcpy(to, from, size);
  return true;
}

bool write(void* to, const void* from, std::size_t size) noexcept {
  if (!os::is_on_stack(to, size)) return os::write_program(to, from, size);
  std::memcpy(to, from, size);
  return true;
}

bool can_write(void* at, std::size_t size) noexcept {
  return os::is_on_stack(at, size) || os::is_writable(at, size);
}

}  // namespace

WsaError take_address(const Socket& socket, const void* name, int size,
                      os::SocketAddress& address) noexcept {
  const Family family = socket.traits().family;
  if (size < static_cast<int>(shortest(family))) return WsaError::fault;
  // Programs may give a whole sockaddr_storage; the bytes behind the address do not count.
  address.size = std::min(static_cast<std::uint32_t>(size), os::socket_address_size(family));
  if (!read(name, address.bytes.data(), address.size)) return WsaError::fault;
  u_short number = 0;
  std::memcpy(&number, address.bytes.data(), sizeof number);
  if (family_of_windows(number) != family) return WsaError::family_not_supported;
  address.set_family(family);
  return WsaError::none;
}

WsaError take_destination(const Socket& socket, const void* name, int size,
                          os::SocketAddress& address) noexcept {
  const WsaError bad = take_address(socket, name, size, address);
  if (bad != WsaError::none) return bad;
  const bool no_port = socket.traits().kind == Kind::udp && address.port() == 0;
  return no_port || address.is_any() ? WsaError::address_not_available : WsaError::none;
}

void to_windows(os::SocketAddress& address) noexcept {
  const auto number = static_cast<u_short>(windows_family(address.family()));
  if (address.size >= sizeof number) std::memcpy(address.bytes.data(), &number, sizeof number);
}

WsaError AddressOutlet::check(const Socket& socket) noexcept {
  if (!is_wanted()) return WsaError::none;
  const std::uint32_t whole = os::socket_address_size(socket.traits().family);
  if (!os::load_program(size_, room_) || room_ < static_cast<int>(whole)) return WsaError::fault;
  if (!can_write(name_, whole) || !can_write(size_, sizeof *size_)) return WsaError::fault;
  return WsaError::none;
}

WsaError AddressOutlet::give(const os::SocketAddress& address) const noexcept {
  if (!is_wanted()) return WsaError::none;
  os::SocketAddress windows = address;
  to_windows(windows);
  const int size = std::min(static_cast<int>(windows.size), room_);
  const bool given = write(name_, windows.bytes.data(), static_cast<std::size_t>(size)) &&
                     os::store_program(size_, size);
  return given ? WsaError::none : WsaError::fault;
}

}  // namespace wsalive::winsock

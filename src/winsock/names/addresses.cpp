#include "winsock/names/addresses.hpp"

#include "winsock2.h"

#include <algorithm>
#include <cstring>

#include "os/memory/program_memory.hpp"
#include "winsock/names/sockaddr.hpp"

namespace wsalive::winsock {
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
  // Programs give a whole sockaddr_storage too; what lies behind the address does not count.
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
  const bool nowhere = socket.traits().kind == Kind::udp && address.port() == 0;
  return nowhere ? WsaError::address_not_available : WsaError::none;
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

#include "winsock/options/ip_options.hpp"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "os/errno_table.hpp"
#include "os/socket/address.hpp"
#include "os/socket/socket_values.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/options/option_memory.hpp"

namespace wsalive::winsock {
namespace {

struct PathMtuRow {
  std::uint32_t windows;
  os::PathMtu meaning;
};

constexpr std::array kPathMtu{
    // clang-format off
    PathMtuRow{IP_PMTUDISC_NOT_SET, os::PathMtu::by_route},
    PathMtuRow{IP_PMTUDISC_DO,      os::PathMtu::always},
    PathMtuRow{IP_PMTUDISC_DONT,    os::PathMtu::never},
    PathMtuRow{IP_PMTUDISC_PROBE,   os::PathMtu::probe},
    // clang-format on
};

std::uint32_t swapped(std::uint32_t value) {
  static_assert(std::endian::native == std::endian::little);
  return __builtin_bswap32(value);
}

}  // namespace

WsaError get_ip_options(const GetCall& call) {
  std::array<std::byte, 40> found{};  // What a header has room for.
  int size = found.size();
  const int error = os::get_option(call.socket.fd(), call.row.host, found.data(), &size);
  if (error != 0) return os::wsa_error(error);
  if (call.given < size) return WsaError::fault;
  GetCall fitting = call;
  fitting.bytes = size;
  return give(fitting, found.data());
}

WsaError get_dont_fragment(const GetCall& call) {
  os::PathMtu found{};
  const int error = os::get_path_mtu(call.socket.fd(), call.row.host, found);
  return error == 0 ? give_dword(call, found == os::PathMtu::always ? 1 : 0) : os::wsa_error(error);
}

WsaError set_dont_fragment(const SetCall& call) {
  bool on = false;
  if (!take_switch(call, on)) return WsaError::fault;
  const os::PathMtu value = on ? os::PathMtu::always : os::PathMtu::never;
  return os::wsa_error(os::set_path_mtu(call.socket.fd(), call.row.host, value));
}

WsaError get_mtu_discover(const GetCall& call) {
  os::PathMtu found{};
  const int error = os::get_path_mtu(call.socket.fd(), call.row.host, found);
  if (error != 0) return os::wsa_error(error);
  return give_dword(call, std::ranges::find(kPathMtu, found, &PathMtuRow::meaning)->windows);
}

WsaError set_mtu_discover(const SetCall& call) {
  std::uint32_t asked = 0;
  if (!take_dword(call, asked)) return WsaError::fault;
  const auto* const row = std::ranges::find(kPathMtu, asked, &PathMtuRow::windows);
  if (row == kPathMtu.end()) return WsaError::invalid_argument;
  return os::wsa_error(os::set_path_mtu(call.socket.fd(), call.row.host, row->meaning));
}

WsaError get_ipv6_only(const GetCall& call) {
  return call.socket.traits().kind == Kind::raw ? give_dword(call, 1) : get_host_switch(call);
}

WsaError set_ipv6_only(const SetCall& call) {
  if (call.socket.traits().kind != Kind::raw) return set_host_switch(call);
  bool on = false;
  if (!take_switch(call, on)) return WsaError::fault;
  return on ? WsaError::none : WsaError::invalid_argument;
}

WsaError get_ipv6_unicast_if(const GetCall& call) {
  int index = 0;  // Linux has it in network order.
  const int error = os::get_int(call.socket.fd(), call.row.host, index);
  if (error != 0) return os::wsa_error(error);
  return give_dword(call, swapped(static_cast<std::uint32_t>(index)));
}

WsaError set_ipv6_unicast_if(const SetCall& call) {
  std::uint32_t index = 0;
  if (!take_dword(call, index)) return WsaError::fault;
  return os::wsa_error(
      os::set_int(call.socket.fd(), call.row.host, static_cast<int>(swapped(index))));
}

namespace {

/// An interface as Windows writes it: 0.0.0.5 is the fifth, anything else an address.
os::Interface interface_of(std::uint32_t in_network_order) {
  const std::uint32_t value = __builtin_bswap32(in_network_order);
  constexpr std::uint32_t kLargestIndex = 0x00ff'ffff;
  if (value == 0 || value > kLargestIndex) return {.address = in_network_order};
  return {.index = static_cast<int>(value)};
}

/// Gives an address the family number of Linux; the rest of it has the same layout there.
/// \return false for a family that is not served.
bool translate(sockaddr_storage& address) {
  const os::Family family = family_of_windows(address.ss_family);
  if (family == os::Family::none) return false;
  address.ss_family = static_cast<decltype(address.ss_family)>(os::linux_family(family));
  return true;
}

WsaError set_structure(const SetCall& call, const void* value) {
  return os::wsa_error(os::set_option(call.socket.fd(), call.row.host, value, call.bytes));
}

}  // namespace

WsaError set_multicast_interface(const SetCall& call) {
  std::uint32_t asked = 0;
  if (!take_dword(call, asked)) return WsaError::fault;
  return os::wsa_error(os::set_multicast_interface(call.socket.fd(), interface_of(asked)));
}

WsaError set_membership(const SetCall& call) {
  ip_mreq asked{};
  if (!take(call, &asked)) return WsaError::fault;
  return os::wsa_error(os::set_membership(call.socket.fd(), call.row.host,
                                          asked.imr_multiaddr.s_addr,
                                          interface_of(asked.imr_interface.s_addr)));
}

WsaError set_source(const SetCall& call) {
  ip_mreq_source asked{};
  if (!take(call, &asked)) return WsaError::fault;
  return os::wsa_error(os::set_source(call.socket.fd(), call.row.host, asked.imr_multiaddr.s_addr,
                                      asked.imr_sourceaddr.s_addr,
                                      interface_of(asked.imr_interface.s_addr)));
}

WsaError set_group(const SetCall& call) {
  GROUP_REQ asked{};
  if (!take(call, &asked)) return WsaError::fault;
  return translate(asked.gr_group) ? set_structure(call, &asked) : WsaError::invalid_argument;
}

WsaError set_group_source(const SetCall& call) {
  GROUP_SOURCE_REQ asked{};
  if (!take(call, &asked)) return WsaError::fault;
  const bool known = translate(asked.gsr_group) && translate(asked.gsr_source);
  return known ? set_structure(call, &asked) : WsaError::invalid_argument;
}

}  // namespace wsalive::winsock

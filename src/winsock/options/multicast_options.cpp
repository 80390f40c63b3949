#include "winsock/options/multicast_options.hpp"

#include <winsock2.h>

#include <ws2tcpip.h>

#include "os/errno_table.hpp"
#include "os/socket/address.hpp"
#include "os/socket/socket_values.hpp"
#include "winsock/names/sockaddr.hpp"
#include "winsock/options/option_memory.hpp"

namespace wsalive::winsock {
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

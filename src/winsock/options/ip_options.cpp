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
#include "winsock/options/option_row.hpp"
#include "winsock/runtime.hpp"

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

// Switches for control data. The socket's cells keep the program's switches, because one of the kernel's may serve several: the
// congestion bits are a part of the type of service, and the destination is needed for MSG_BCAST and MSG_MCAST.

namespace {

struct SwitchRow {
  int name;
  os::Option host;
  std::uint16_t bit;
};

constexpr std::array kSwitches{
    // clang-format off
    SwitchRow{IP_PKTINFO,       os::Option::ip_packet_info,             kIpPacketInfo},
    SwitchRow{IP_RECVTTL,       os::Option::ip_receive_ttl,             kIpTtl},
    SwitchRow{IP_RECVTOS,       os::Option::ip_receive_type_of_service, kIpTypeOfService},
    SwitchRow{IP_ECN,           os::Option::ip_receive_type_of_service, kIpEcn},
    SwitchRow{IPV6_PKTINFO,     os::Option::ipv6_receive_packet_info,   kIpv6PacketInfo},
    SwitchRow{IPV6_HOPLIMIT,    os::Option::ipv6_receive_hop_limit,     kIpv6HopLimit},
    SwitchRow{IPV6_RECVTCLASS,  os::Option::ipv6_receive_traffic_class, kIpv6TrafficClass},
    SwitchRow{IPV6_ECN,         os::Option::ipv6_receive_traffic_class, kIpv6Ecn},
    // clang-format on
};

const SwitchRow& switch_of(const OptionRow& row) {
  return *std::ranges::find_if(kSwitches, [&](const SwitchRow& each) {
    return each.name == row.name && each.host == row.host;
  });
}

bool is_missing(const OptionRow& row) {
  const bool congestion = row.name == IP_ECN;  // IPV6_ECN is the same number.
  return congestion && !knows_ecn();
}

/// All bits that need this switch of the kernel.
unsigned users_of(os::Option host) {
  const bool destination =
      host == os::Option::ip_packet_info || host == os::Option::ipv6_receive_packet_info;
  unsigned bits = destination ? unsigned{kDestination} : 0U;
  for (const SwitchRow& row : kSwitches) {
    if (row.host == host) bits |= row.bit;
  }
  return bits;
}

}  // namespace

bool knows_ecn() noexcept { return runtime().settings().release >= policy::Release::win11; }

WsaError get_control_switch(const GetCall& call) {
  if (is_missing(call.row)) return WsaError::unknown_option;
  const unsigned on = call.socket.options.control.load(std::memory_order_relaxed);
  return give_dword(call, (on & switch_of(call.row).bit) != 0 ? 1 : 0);
}

WsaError set_control_switch(const SetCall& call) {
  if (is_missing(call.row)) return WsaError::unknown_option;
  bool on = false;
  if (!take_switch(call, on)) return WsaError::fault;
  const SwitchRow& row = switch_of(call.row);
  std::atomic<std::uint16_t>& cell = call.socket.options.control;
  const unsigned before = cell.load(std::memory_order_relaxed);
  const unsigned after = on ? before | row.bit : before & ~unsigned{row.bit};
  const int needed = (after & users_of(row.host)) != 0 ? 1 : 0;
  if (const int error = os::set_int(call.socket.fd(), row.host, needed); error != 0) {
    return os::wsa_error(error);
  }
  if (on) {
    cell.fetch_or(row.bit, std::memory_order_relaxed);
  } else {
    cell.fetch_and(static_cast<std::uint16_t>(~row.bit), std::memory_order_relaxed);
  }
  return WsaError::none;
}

void ask_for_destination(Socket& socket) noexcept {
  std::atomic<std::uint16_t>& cell = socket.options.control;
  if ((cell.load(std::memory_order_relaxed) & kDestination) != 0) [[likely]]
    return;
  cell.fetch_or(kDestination, std::memory_order_relaxed);
  // An IPv6 socket may speak IPv4 as well. If the kernel refuses the switch, only the flags are missing.
  static_cast<void>(os::set_int(socket.fd(), os::Option::ip_packet_info, 1));
  if (socket.traits().family != Family::ipv6) return;
  static_cast<void>(os::set_int(socket.fd(), os::Option::ipv6_receive_packet_info, 1));
}

void take_control_switches(Socket& socket) noexcept {
  for (const SwitchRow& row : kSwitches) {
    if (row.bit == kIpEcn || row.bit == kIpv6Ecn) continue;  // Linux has none of its own.
    int on = 0;
    if (os::get_int(socket.fd(), row.host, on) == 0 && on != 0) {
      socket.options.control.fetch_or(row.bit, std::memory_order_relaxed);
    }
  }
}

}  // namespace wsalive::winsock

// The program's switches are kept in the socket's cells, because one of the kernel's may serve several: the
// congestion bits are a part of the type of service, and the destination is needed for MSG_BCAST and MSG_MCAST.

#include "winsock/options/control_options.hpp"

#include <winsock2.h>

#include <ws2tcpip.h>

#include <algorithm>
#include <array>

#include "os/errno_table.hpp"
#include "winsock/options/option_memory.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
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

/// All bits that need one of the kernel's switches.
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
  // An IPv6 socket may speak IPv4 as well. Without the switch there are no flags, and no harm.
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

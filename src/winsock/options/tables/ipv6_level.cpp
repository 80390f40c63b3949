// IPPROTO_IPV6. IPV6_PROTECTION_LEVEL is about Teredo, which Linux has not.

#include <winsock2.h>

#include <ws2tcpip.h>

#include <array>

#include "winsock/options/control_options.hpp"
#include "winsock/options/ip_options.hpp"
#include "winsock/options/multicast_options.hpp"
#include "winsock/options/plain_options.hpp"
#include "winsock/options/tables/option_tables.hpp"

namespace wsalive::winsock::tables {
namespace {

constexpr std::array kIpv6Options{
    // clang-format off
    OptionRow{IPV6_HDRINCL,             kRaw6,         kDword,                       get_host_switch,      set_host_switch,      os::Option::ipv6_header_included},
    OptionRow{IPV6_UNICAST_HOPS,        kIpv6,         kDword,                       get_host_dword,       set_host_dword,       os::Option::ipv6_unicast_hops},
    OptionRow{IPV6_MULTICAST_IF,        kIpv6Datagram, kDword,                       get_host_dword,       set_host_dword,       os::Option::ipv6_multicast_interface},
    OptionRow{IPV6_MULTICAST_HOPS,      kIpv6Datagram, kDword,                       get_host_dword,       set_host_dword,       os::Option::ipv6_multicast_hops},
    OptionRow{IPV6_MULTICAST_LOOP,      kIpv6Datagram, kDword,                       get_host_switch,      set_host_switch,      os::Option::ipv6_multicast_loop},
    OptionRow{IPV6_ADD_MEMBERSHIP,      kIpv6Datagram, kStructure<ipv6_mreq>,        nullptr,              set_host_structure,   os::Option::ipv6_add_membership},
    OptionRow{IPV6_DROP_MEMBERSHIP,     kIpv6Datagram, kStructure<ipv6_mreq>,        nullptr,              set_host_structure,   os::Option::ipv6_drop_membership},
    OptionRow{IPV6_DONTFRAG,            kIpv6,         kDword,                       get_dont_fragment,    set_dont_fragment,    os::Option::ipv6_mtu_discover},
    OptionRow{IPV6_PKTINFO,             kIpv6Datagram, kDword,                       get_control_switch,   set_control_switch,   os::Option::ipv6_receive_packet_info},
    OptionRow{IPV6_HOPLIMIT,            kIpv6Datagram, kDword,                       get_control_switch,   set_control_switch,   os::Option::ipv6_receive_hop_limit},
    OptionRow{IPV6_CHECKSUM,            kRaw6,         kDword,                       get_host_dword,       set_host_dword,       os::Option::ipv6_checksum},
    OptionRow{IPV6_V6ONLY,              kIpv6,         kByteSwitch,                  get_ipv6_only,        set_ipv6_only,        os::Option::ipv6_only},
    OptionRow{IPV6_UNICAST_IF,          kIpv6Datagram, kDword,                       get_ipv6_unicast_if,  set_ipv6_unicast_if,  os::Option::ipv6_unicast_interface},
    OptionRow{IPV6_RECVTCLASS,          kIpv6Datagram, kDword,                       get_control_switch,   set_control_switch,   os::Option::ipv6_receive_traffic_class},
    OptionRow{MCAST_JOIN_GROUP,         kIpv6Datagram, kStructure<GROUP_REQ>,        nullptr,              set_group,            os::Option::ipv6_join_group},
    OptionRow{MCAST_LEAVE_GROUP,        kIpv6Datagram, kStructure<GROUP_REQ>,        nullptr,              set_group,            os::Option::ipv6_leave_group},
    OptionRow{MCAST_BLOCK_SOURCE,       kIpv6Datagram, kStructure<GROUP_SOURCE_REQ>, nullptr,              set_group_source,     os::Option::ipv6_block_group_source},
    OptionRow{MCAST_UNBLOCK_SOURCE,     kIpv6Datagram, kStructure<GROUP_SOURCE_REQ>, nullptr,              set_group_source,     os::Option::ipv6_unblock_group_source},
    OptionRow{MCAST_JOIN_SOURCE_GROUP,  kIpv6Datagram, kStructure<GROUP_SOURCE_REQ>, nullptr,              set_group_source,     os::Option::ipv6_join_source_group},
    OptionRow{MCAST_LEAVE_SOURCE_GROUP, kIpv6Datagram, kStructure<GROUP_SOURCE_REQ>, nullptr,              set_group_source,     os::Option::ipv6_leave_source_group},
    OptionRow{IPV6_ECN,                 kIpv6Datagram, kDword,                       get_control_switch,   set_control_switch,   os::Option::ipv6_receive_traffic_class},
    OptionRow{IPV6_MTU_DISCOVER,        kIpv6,         kDword,                       get_mtu_discover,     set_mtu_discover,     os::Option::ipv6_mtu_discover},
    OptionRow{IPV6_MTU,                 kIpv6,         kDword,                       get_host_dword,       nullptr,              os::Option::ipv6_mtu},
    // clang-format on
};
static_assert(is_sorted_by_name(kIpv6Options));

}  // namespace

constinit const OptionRows kIpv6Level{kIpv6Options};

}  // namespace wsalive::winsock::tables

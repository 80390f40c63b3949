// IPPROTO_IP, on IPv4 sockets and on IPv6 sockets that speak IPv4 as well.

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

constexpr std::array kIpOptions{
    // clang-format off
    OptionRow{IP_OPTIONS,                kIpv4,           kAnyLength,                   get_ip_options,          set_host_structure,      os::Option::ip_options},
    OptionRow{IP_HDRINCL,                kRaw4,           kDword,                       get_host_switch,         set_host_switch,         os::Option::ip_header_included},
    OptionRow{IP_TOS,                    kInternetSocket, kDword,                       get_host_dword,          set_host_dword,          os::Option::ip_type_of_service},
    OptionRow{IP_TTL,                    kInternetSocket, kDword,                       get_host_dword,          set_host_dword,          os::Option::ip_ttl},
    OptionRow{IP_MULTICAST_IF,           kIpv4Datagram,   kDword,                       get_host_dword,          set_multicast_interface, os::Option::ip_multicast_interface},
    OptionRow{IP_MULTICAST_TTL,          kIpv4Datagram,   kDword,                       get_host_dword,          set_host_dword,          os::Option::ip_multicast_ttl},
    OptionRow{IP_MULTICAST_LOOP,         kIpv4Datagram,   kDword,                       get_host_switch,         set_host_switch,         os::Option::ip_multicast_loop},
    OptionRow{IP_ADD_MEMBERSHIP,         kIpv4Datagram,   kStructure<ip_mreq>,          nullptr,                 set_membership,          os::Option::ip_add_membership},
    OptionRow{IP_DROP_MEMBERSHIP,        kIpv4Datagram,   kStructure<ip_mreq>,          nullptr,                 set_membership,          os::Option::ip_drop_membership},
    OptionRow{IP_DONTFRAGMENT,           kInternetSocket, kDword,                       get_dont_fragment,       set_dont_fragment,       os::Option::ip_mtu_discover},
    OptionRow{IP_ADD_SOURCE_MEMBERSHIP,  kIpv4Datagram,   kStructure<ip_mreq_source>,   nullptr,                 set_source,              os::Option::ip_add_source},
    OptionRow{IP_DROP_SOURCE_MEMBERSHIP, kIpv4Datagram,   kStructure<ip_mreq_source>,   nullptr,                 set_source,              os::Option::ip_drop_source},
    OptionRow{IP_BLOCK_SOURCE,           kIpv4Datagram,   kStructure<ip_mreq_source>,   nullptr,                 set_source,              os::Option::ip_block_source},
    OptionRow{IP_UNBLOCK_SOURCE,         kIpv4Datagram,   kStructure<ip_mreq_source>,   nullptr,                 set_source,              os::Option::ip_unblock_source},
    OptionRow{IP_PKTINFO,                kDatagram,       kDword,                       get_control_switch,      set_control_switch,      os::Option::ip_packet_info},
    OptionRow{IP_RECVTTL,                kDatagram,       kDword,                       get_control_switch,      set_control_switch,      os::Option::ip_receive_ttl},
    OptionRow{IP_UNICAST_IF,             kIpv4Datagram,   kDword,                       get_host_dword,          set_host_dword,          os::Option::ip_unicast_interface},
    OptionRow{IP_RECVTOS,                kDatagram,       kDword,                       get_control_switch,      set_control_switch,      os::Option::ip_receive_type_of_service},
    OptionRow{MCAST_JOIN_GROUP,          kIpv4Datagram,   kStructure<GROUP_REQ>,        nullptr,                 set_group,               os::Option::ip_join_group},
    OptionRow{MCAST_LEAVE_GROUP,         kIpv4Datagram,   kStructure<GROUP_REQ>,        nullptr,                 set_group,               os::Option::ip_leave_group},
    OptionRow{MCAST_BLOCK_SOURCE,        kIpv4Datagram,   kStructure<GROUP_SOURCE_REQ>, nullptr,                 set_group_source,        os::Option::ip_block_group_source},
    OptionRow{MCAST_UNBLOCK_SOURCE,      kIpv4Datagram,   kStructure<GROUP_SOURCE_REQ>, nullptr,                 set_group_source,        os::Option::ip_unblock_group_source},
    OptionRow{MCAST_JOIN_SOURCE_GROUP,   kIpv4Datagram,   kStructure<GROUP_SOURCE_REQ>, nullptr,                 set_group_source,        os::Option::ip_join_source_group},
    OptionRow{MCAST_LEAVE_SOURCE_GROUP,  kIpv4Datagram,   kStructure<GROUP_SOURCE_REQ>, nullptr,                 set_group_source,        os::Option::ip_leave_source_group},
    OptionRow{IP_ECN,                    kDatagram,       kDword,                       get_control_switch,      set_control_switch,      os::Option::ip_receive_type_of_service},
    OptionRow{IP_MTU_DISCOVER,           kInternetSocket, kDword,                       get_mtu_discover,        set_mtu_discover,        os::Option::ip_mtu_discover},
    OptionRow{IP_MTU,                    kInternetSocket, kDword,                       get_host_dword,          nullptr,                 os::Option::ip_mtu},
    // clang-format on
};
static_assert(is_sorted_by_name(kIpOptions));

}  // namespace

constinit const OptionRows kIpLevel{kIpOptions};

}  // namespace wsalive::winsock::tables

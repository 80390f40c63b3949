// The options of each level: a table for SOL_SOCKET, the TCP, UDP, IPv4 and IPv6 levels. Options that are missing (SO_CONDITIONAL_ACCEPT, SO_PAUSE_ACCEPT, SO_RANDOMIZE_PORT,
// SO_PORT_SCALABILITY, the low-water marks, ...) answer WSAENOPROTOOPT, never a success without effect: Linux has no means
// for them, or Windows itself refuses them.

#include "winsock/options/option_row.hpp"

#include <mswsock.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>

#include "winsock/options/ip_options.hpp"
#include "winsock/options/keepalive_options.hpp"
#include "winsock/options/retransmission.hpp"
#include "winsock/options/socket_level_options.hpp"
#include "winsock/overlapped/extension_functions.hpp"

namespace wsalive::winsock::tables {
namespace {

constexpr std::array kSocketOptions{
    // clang-format off
    OptionRow{SO_DONTLINGER,       kStream,         kDword,                         get_dont_linger,       set_dont_linger},
    OptionRow{SO_EXCLUSIVEADDRUSE, kInternetSocket, kDword,                         get_exclusive_address, set_exclusive_address},
    OptionRow{SO_DEBUG,            kAnySocket,      kDword,                         get_debug,             set_debug},
    OptionRow{SO_ACCEPTCONN,       kStream,         kDword,                         get_host_switch,       nullptr,               os::Option::accepts_connections},
    OptionRow{SO_REUSEADDR,        kInternetSocket, kDword,                         get_reuse_address,     set_reuse_address},
    OptionRow{SO_KEEPALIVE,        kTcp,            kByteSwitch,                    get_keep_alive,        set_keep_alive},
    OptionRow{SO_DONTROUTE,        kIpv4,           kByteSwitch,                    get_dont_route,        set_dont_route},
    OptionRow{SO_BROADCAST,        kDatagram,       kDword,                         get_host_switch,       set_host_switch,       os::Option::broadcast},
    OptionRow{SO_LINGER,           kStream,         kStructure<LINGER>,             get_linger,            set_linger},
    OptionRow{SO_OOBINLINE,        kTcp,            kDword,                         get_host_switch,       set_host_switch,       os::Option::out_of_band_inline},
    OptionRow{SO_SNDBUF,           kAnySocket,      kDword,                         get_send_buffer,       set_send_buffer,       os::Option::send_buffer},
    OptionRow{SO_RCVBUF,           kAnySocket,      kDword,                         get_receive_buffer,    set_receive_buffer,    os::Option::receive_buffer},
    OptionRow{SO_SNDTIMEO,         kAnySocket,      kDword,                         get_send_timeout,      set_send_timeout,      os::Option::send_timeout},
    OptionRow{SO_RCVTIMEO,         kAnySocket,      kDword,                         get_receive_timeout,   set_receive_timeout,   os::Option::receive_timeout},
    OptionRow{SO_ERROR,            kAnySocket,      kDword,                         get_error,             nullptr},
    OptionRow{SO_TYPE,             kAnySocket,      kDword,                         get_type,              nullptr},
    OptionRow{SO_MAX_MSG_SIZE,     kUdp,            kDword,                         get_max_message,       nullptr},
    OptionRow{SO_PROTOCOL_INFOA,   kInternetSocket, kStructure<WSAPROTOCOL_INFOA>,  get_protocol_info_a,   nullptr},
    OptionRow{SO_PROTOCOL_INFOW,   kInternetSocket, kStructure<WSAPROTOCOL_INFOW>,  get_protocol_info_w,   nullptr},
    OptionRow{SO_OPENTYPE,         kAnySocket,      kDword,                         get_open_type,         set_open_type},
    OptionRow{SO_UPDATE_ACCEPT_CONTEXT, kTcp,       kAnyLength,                     nullptr,               update_accept_context},
    OptionRow{SO_CONNECT_TIME,     kTcp,            kDword,                         get_connect_time,      nullptr},
    OptionRow{SO_UPDATE_CONNECT_CONTEXT, kTcp,      kAnyLength,                     nullptr,               update_connect_context},
    // clang-format on
};
static_assert(is_sorted_by_name(kSocketOptions));

}  // namespace

constinit const OptionRows kSocketLevel{kSocketOptions};

// IPPROTO_TCP. Options that are missing answer WSAENOPROTOOPT, never a success without effect: Linux cannot set
// them for one socket (TCP_TIMESTAMPS), or Microsoft declares the number without documenting it
// (TCP_MAXSEG).

namespace {

constexpr std::array kTcpOptions{
    // clang-format off
    OptionRow{TCP_NODELAY,   kTcp, kByteSwitch,     get_host_switch,   set_host_switch,   os::Option::no_delay},
    OptionRow{TCP_KEEPALIVE, kTcp, kKeepAliveDword, get_keep_idle,     set_keep_idle,     os::Option::none, &policy::ReleaseRow::has_keepalive_option},
    OptionRow{TCP_MAXRT,     kTcp, kDword,          get_max_rt,        set_max_rt,        os::Option::none, &policy::ReleaseRow::has_maxrt},
    OptionRow{TCP_MAXRTMS,   kTcp, kDword,          get_max_rt_ms,     set_max_rt_ms,     os::Option::none, &policy::ReleaseRow::has_maxrtms},
    OptionRow{TCP_KEEPCNT,   kTcp, kKeepAliveDword, get_keep_count,    set_keep_count,    os::Option::none, &policy::ReleaseRow::has_keepcnt},
    OptionRow{TCP_KEEPINTVL, kTcp, kKeepAliveDword, get_keep_interval, set_keep_interval, os::Option::none, &policy::ReleaseRow::has_keepintvl},
    // clang-format on
};
static_assert(is_sorted_by_name(kTcpOptions));

}  // namespace

constinit const OptionRows kTcpLevel{kTcpOptions};

// IPPROTO_UDP. UDP_RECV_MAX_COALESCED_SIZE needs control data, which recv does not give.

namespace {

constexpr std::array kUdpOptions{
    // clang-format off
    OptionRow{UDP_NOCHECKSUM,    kUdp, kDword, get_host_switch, set_host_switch, os::Option::no_checksum},
    OptionRow{UDP_SEND_MSG_SIZE, kUdp, kDword, get_host_dword,  set_host_dword,  os::Option::udp_send_size},
    // clang-format on
};
static_assert(is_sorted_by_name(kUdpOptions));

}  // namespace

constinit const OptionRows kUdpLevel{kUdpOptions};

// IPPROTO_IP, on IPv4 sockets and on IPv6 sockets that speak IPv4 as well.

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

// IPPROTO_IPV6. IPV6_PROTECTION_LEVEL is about Teredo, which Linux has not.

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

// Options of IPPROTO_IP and IPPROTO_IPV6 whose values Linux has in another form, and their switches for control data.
#pragma once

#include "base/wsa_error.hpp"
#include "winsock/options/option_row.hpp"

namespace wsalive::winsock {

/// IP_OPTIONS: up to 40 bytes of header options; 0 bytes if there are none.
[[nodiscard]] WsaError get_ip_options(const GetCall& call);

/// IP_DONTFRAGMENT, IPV6_DONTFRAG: a switch. Off lets packets be fragmented on their way.
[[nodiscard]] WsaError get_dont_fragment(const GetCall& call);
[[nodiscard]] WsaError set_dont_fragment(const SetCall& call);

/// IP_MTU_DISCOVER, IPV6_MTU_DISCOVER: a PMTUD_STATE; WSAEINVAL for other values.
[[nodiscard]] WsaError get_mtu_discover(const GetCall& call);
[[nodiscard]] WsaError set_mtu_discover(const SetCall& call);

/// IPV6_V6ONLY: Linux's switch. Linux has none for a raw socket: there it is always on (K-113), and switching it off is
/// WSAEINVAL.
[[nodiscard]] WsaError get_ipv6_only(const GetCall& call);
[[nodiscard]] WsaError set_ipv6_only(const SetCall& call);

/// IPV6_UNICAST_IF: an interface's index in host order.
[[nodiscard]] WsaError get_ipv6_unicast_if(const GetCall& call);
[[nodiscard]] WsaError set_ipv6_unicast_if(const SetCall& call);

// Joining and leaving multicast groups, and where multicast goes out.
//
// Microsoft's IPv4 structures name an interface by an address, or by an index in network order below
// 0.255.255.255.

/// IP_MULTICAST_IF: an address or an index. An index reads back as 0.0.0.0.
[[nodiscard]] WsaError set_multicast_interface(const SetCall& call);

/// IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP: an ip_mreq.
[[nodiscard]] WsaError set_membership(const SetCall& call);

/// IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP, IP_BLOCK_SOURCE, IP_UNBLOCK_SOURCE: an
/// ip_mreq_source.
[[nodiscard]] WsaError set_source(const SetCall& call);

/// MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP: a GROUP_REQ.
[[nodiscard]] WsaError set_group(const SetCall& call);

/// MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP, MCAST_BLOCK_SOURCE, MCAST_UNBLOCK_SOURCE: a
/// GROUP_SOURCE_REQ.
[[nodiscard]] WsaError set_group_source(const SetCall& call);

// The switches for control data: IP_PKTINFO, IP_RECVTTL, IP_RECVTOS, IP_ECN and IPv6's.

/// Whether the release has IP_ECN and IPV6_ECN: from build 20348 on.
[[nodiscard]] bool knows_ecn() noexcept;

/// A switch, off at first: whether WSARecvMsg gives that kind of control data.
[[nodiscard]] WsaError get_control_switch(const GetCall& call);
[[nodiscard]] WsaError set_control_switch(const SetCall& call);

/// Makes the kernel report each message's destination from now on, for the library's own use.
void ask_for_destination(Socket& socket) noexcept;

/// Takes over the switches that were set on a datagram or raw socket before it became a socket of the library.
void take_control_switches(Socket& socket) noexcept;

}  // namespace wsalive::winsock

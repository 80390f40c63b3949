// Joining and leaving multicast groups, and where multicast goes out.
//
// Microsoft's IPv4 structures name an interface by an address, or by an index in network order below
// 0.255.255.255.
#pragma once

#include "base/wsa_error.hpp"
#include "winsock/options/option_row.hpp"

namespace wsalive::winsock {

/// IP_MULTICAST_IF: an address or an index. An index reads back as 0.0.0.0, Linux keeps it elsewhere.
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

}  // namespace wsalive::winsock

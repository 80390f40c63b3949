#include "os/socket_option.hpp"

#include <linux/in6.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>

#include "os/system_call.hpp"

namespace wsalive::os {
namespace {

struct Row {
  Option option;
  int level;
  int name;
};

// In the order of the enumeration, which is the index.
constexpr std::array kRows{
    // clang-format off
    Row{Option::none,                      0,            0},
    Row{Option::type,                      SOL_SOCKET,   SO_TYPE},
    Row{Option::accepts_connections,       SOL_SOCKET,   SO_ACCEPTCONN},
    Row{Option::broadcast,                 SOL_SOCKET,   SO_BROADCAST},
    Row{Option::error,                     SOL_SOCKET,   SO_ERROR},
    Row{Option::keep_alive,                SOL_SOCKET,   SO_KEEPALIVE},
    Row{Option::no_checksum,               SOL_SOCKET,   SO_NO_CHECK},
    Row{Option::out_of_band_inline,        SOL_SOCKET,   SO_OOBINLINE},
    Row{Option::receive_buffer,            SOL_SOCKET,   SO_RCVBUF},
    Row{Option::receive_timeout,           SOL_SOCKET,   SO_RCVTIMEO},
    Row{Option::send_buffer,               SOL_SOCKET,   SO_SNDBUF},
    Row{Option::send_timeout,              SOL_SOCKET,   SO_SNDTIMEO},
    Row{Option::linger,                    SOL_SOCKET,   SO_LINGER},
    Row{Option::max_segment,               IPPROTO_TCP,  TCP_MAXSEG},
    Row{Option::no_delay,                  IPPROTO_TCP,  TCP_NODELAY},
    Row{Option::ip_add_membership,         IPPROTO_IP,   IP_ADD_MEMBERSHIP},
    Row{Option::ip_add_source,             IPPROTO_IP,   IP_ADD_SOURCE_MEMBERSHIP},
    Row{Option::ip_block_source,           IPPROTO_IP,   IP_BLOCK_SOURCE},
    Row{Option::ip_drop_membership,        IPPROTO_IP,   IP_DROP_MEMBERSHIP},
    Row{Option::ip_drop_source,            IPPROTO_IP,   IP_DROP_SOURCE_MEMBERSHIP},
    Row{Option::ip_header_included,        IPPROTO_IP,   IP_HDRINCL},
    Row{Option::ip_mtu,                    IPPROTO_IP,   IP_MTU},
    Row{Option::ip_mtu_discover,           IPPROTO_IP,   IP_MTU_DISCOVER},
    Row{Option::ip_multicast_interface,    IPPROTO_IP,   IP_MULTICAST_IF},
    Row{Option::ip_multicast_loop,         IPPROTO_IP,   IP_MULTICAST_LOOP},
    Row{Option::ip_multicast_ttl,          IPPROTO_IP,   IP_MULTICAST_TTL},
    Row{Option::ip_options,                IPPROTO_IP,   IP_OPTIONS},
    Row{Option::ip_packet_info,            IPPROTO_IP,   IP_PKTINFO},
    Row{Option::ip_receive_ttl,            IPPROTO_IP,   IP_RECVTTL},
    Row{Option::ip_receive_type_of_service, IPPROTO_IP,  IP_RECVTOS},
    Row{Option::ip_type_of_service,        IPPROTO_IP,   IP_TOS},
    Row{Option::ip_ttl,                    IPPROTO_IP,   IP_TTL},
    Row{Option::ip_unblock_source,         IPPROTO_IP,   IP_UNBLOCK_SOURCE},
    Row{Option::ip_unicast_interface,      IPPROTO_IP,   IP_UNICAST_IF},
    Row{Option::ipv6_add_membership,       IPPROTO_IPV6, IPV6_JOIN_GROUP},
    Row{Option::ipv6_checksum,             IPPROTO_IPV6, IPV6_CHECKSUM},
    Row{Option::ipv6_drop_membership,      IPPROTO_IPV6, IPV6_LEAVE_GROUP},
    Row{Option::ipv6_header_included,      IPPROTO_IPV6, IPV6_HDRINCL},
    Row{Option::ipv6_mtu,                  IPPROTO_IPV6, IPV6_MTU},
    Row{Option::ipv6_mtu_discover,         IPPROTO_IPV6, IPV6_MTU_DISCOVER},
    Row{Option::ipv6_multicast_hops,       IPPROTO_IPV6, IPV6_MULTICAST_HOPS},
    Row{Option::ipv6_multicast_interface,  IPPROTO_IPV6, IPV6_MULTICAST_IF},
    Row{Option::ipv6_multicast_loop,       IPPROTO_IPV6, IPV6_MULTICAST_LOOP},
    Row{Option::ipv6_receive_hop_limit,    IPPROTO_IPV6, IPV6_RECVHOPLIMIT},
    Row{Option::ipv6_receive_packet_info,  IPPROTO_IPV6, IPV6_RECVPKTINFO},
    Row{Option::ipv6_receive_traffic_class, IPPROTO_IPV6, IPV6_RECVTCLASS},
    Row{Option::ipv6_traffic_class,        IPPROTO_IPV6, IPV6_TCLASS},
    Row{Option::ipv6_unicast_hops,         IPPROTO_IPV6, IPV6_UNICAST_HOPS},
    Row{Option::ipv6_unicast_interface,    IPPROTO_IPV6, IPV6_UNICAST_IF},
    Row{Option::ipv6_only,                 IPPROTO_IPV6, IPV6_V6ONLY},
    Row{Option::ip_join_group,             IPPROTO_IP,   MCAST_JOIN_GROUP},
    Row{Option::ip_leave_group,            IPPROTO_IP,   MCAST_LEAVE_GROUP},
    Row{Option::ip_block_group_source,     IPPROTO_IP,   MCAST_BLOCK_SOURCE},
    Row{Option::ip_unblock_group_source,   IPPROTO_IP,   MCAST_UNBLOCK_SOURCE},
    Row{Option::ip_join_source_group,      IPPROTO_IP,   MCAST_JOIN_SOURCE_GROUP},
    Row{Option::ip_leave_source_group,     IPPROTO_IP,   MCAST_LEAVE_SOURCE_GROUP},
    Row{Option::ipv6_join_group,           IPPROTO_IPV6, MCAST_JOIN_GROUP},
    Row{Option::ipv6_leave_group,          IPPROTO_IPV6, MCAST_LEAVE_GROUP},
    Row{Option::ipv6_block_group_source,   IPPROTO_IPV6, MCAST_BLOCK_SOURCE},
    Row{Option::ipv6_unblock_group_source, IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE},
    Row{Option::ipv6_join_source_group,    IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP},
    Row{Option::ipv6_leave_source_group,   IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP},
    Row{Option::udp_send_size,             IPPROTO_UDP,  UDP_SEGMENT},
    // clang-format on
};

constexpr bool is_indexed() {
  for (std::size_t at = 0; at < kRows.size(); ++at) {
    if (kRows[at].option != static_cast<Option>(at)) return false;
  }
  return true;
}
static_assert(is_indexed());

const Row& row_of(Option option) noexcept { return kRows[static_cast<std::size_t>(option)]; }

}  // namespace

int get_option(int fd, Option option, void* value, int* size) noexcept {
  const Row& row = row_of(option);
  return static_cast<int>(-system_call(SYS_getsockopt, fd, row.level, row.name, value, size));
}

int set_option(int fd, Option option, const void* value, int size) noexcept {
  const Row& row = row_of(option);
  return static_cast<int>(-system_call(SYS_setsockopt, fd, row.level, row.name, value, size));
}

int get_int(int fd, Option option, int& value) noexcept {
  int size = sizeof value;
  return get_option(fd, option, &value, &size);
}

int set_int(int fd, Option option, int value) noexcept {
  return set_option(fd, option, &value, sizeof value);
}

}  // namespace wsalive::os

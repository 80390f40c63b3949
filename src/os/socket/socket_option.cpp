#include "os/socket/socket_option.hpp"

#include <linux/in6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>

#include "os/system_call.hpp"

namespace wsalive::os {
namespace {

struct OptionNumbers {
  Option option;
  int level;
  int name;
};

// In the order of the enumeration, which is the index.
constexpr std::array kOptions{
    // clang-format off
    OptionNumbers{Option::none,                      0,            0},
    OptionNumbers{Option::type,                      SOL_SOCKET,   SO_TYPE},
    OptionNumbers{Option::accepts_connections,       SOL_SOCKET,   SO_ACCEPTCONN},
    OptionNumbers{Option::broadcast,                 SOL_SOCKET,   SO_BROADCAST},
    OptionNumbers{Option::error,                     SOL_SOCKET,   SO_ERROR},
    OptionNumbers{Option::keep_alive,                SOL_SOCKET,   SO_KEEPALIVE},
    OptionNumbers{Option::no_checksum,               SOL_SOCKET,   SO_NO_CHECK},
    OptionNumbers{Option::out_of_band_inline,        SOL_SOCKET,   SO_OOBINLINE},
    OptionNumbers{Option::receive_buffer,            SOL_SOCKET,   SO_RCVBUF},
    OptionNumbers{Option::receive_timeout,           SOL_SOCKET,   SO_RCVTIMEO},
    OptionNumbers{Option::send_buffer,               SOL_SOCKET,   SO_SNDBUF},
    OptionNumbers{Option::send_timeout,              SOL_SOCKET,   SO_SNDTIMEO},
    OptionNumbers{Option::linger,                    SOL_SOCKET,   SO_LINGER},
    OptionNumbers{Option::no_delay,                  IPPROTO_TCP,  TCP_NODELAY},
    OptionNumbers{Option::ip_add_membership,         IPPROTO_IP,   IP_ADD_MEMBERSHIP},
    OptionNumbers{Option::ip_add_source,             IPPROTO_IP,   IP_ADD_SOURCE_MEMBERSHIP},
    OptionNumbers{Option::ip_block_source,           IPPROTO_IP,   IP_BLOCK_SOURCE},
    OptionNumbers{Option::ip_drop_membership,        IPPROTO_IP,   IP_DROP_MEMBERSHIP},
    OptionNumbers{Option::ip_drop_source,            IPPROTO_IP,   IP_DROP_SOURCE_MEMBERSHIP},
    OptionNumbers{Option::ip_header_included,        IPPROTO_IP,   IP_HDRINCL},
    OptionNumbers{Option::ip_mtu,                    IPPROTO_IP,   IP_MTU},
    OptionNumbers{Option::ip_mtu_discover,           IPPROTO_IP,   IP_MTU_DISCOVER},
    OptionNumbers{Option::ip_multicast_interface,    IPPROTO_IP,   IP_MULTICAST_IF},
    OptionNumbers{Option::ip_multicast_loop,         IPPROTO_IP,   IP_MULTICAST_LOOP},
    OptionNumbers{Option::ip_multicast_ttl,          IPPROTO_IP,   IP_MULTICAST_TTL},
    OptionNumbers{Option::ip_options,                IPPROTO_IP,   IP_OPTIONS},
    OptionNumbers{Option::ip_packet_info,            IPPROTO_IP,   IP_PKTINFO},
    OptionNumbers{Option::ip_receive_ttl,            IPPROTO_IP,   IP_RECVTTL},
    OptionNumbers{Option::ip_receive_type_of_service, IPPROTO_IP,  IP_RECVTOS},
    OptionNumbers{Option::ip_type_of_service,        IPPROTO_IP,   IP_TOS},
    OptionNumbers{Option::ip_ttl,                    IPPROTO_IP,   IP_TTL},
    OptionNumbers{Option::ip_unblock_source,         IPPROTO_IP,   IP_UNBLOCK_SOURCE},
    OptionNumbers{Option::ip_unicast_interface,      IPPROTO_IP,   IP_UNICAST_IF},
    OptionNumbers{Option::ipv6_add_membership,       IPPROTO_IPV6, IPV6_JOIN_GROUP},
    OptionNumbers{Option::ipv6_checksum,             IPPROTO_IPV6, IPV6_CHECKSUM},
    OptionNumbers{Option::ipv6_drop_membership,      IPPROTO_IPV6, IPV6_LEAVE_GROUP},
    OptionNumbers{Option::ipv6_header_included,      IPPROTO_IPV6, IPV6_HDRINCL},
    OptionNumbers{Option::ipv6_mtu,                  IPPROTO_IPV6, IPV6_MTU},
    OptionNumbers{Option::ipv6_mtu_discover,         IPPROTO_IPV6, IPV6_MTU_DISCOVER},
    OptionNumbers{Option::ipv6_multicast_hops,       IPPROTO_IPV6, IPV6_MULTICAST_HOPS},
    OptionNumbers{Option::ipv6_multicast_interface,  IPPROTO_IPV6, IPV6_MULTICAST_IF},
    OptionNumbers{Option::ipv6_multicast_loop,       IPPROTO_IPV6, IPV6_MULTICAST_LOOP},
    OptionNumbers{Option::ipv6_receive_hop_limit,    IPPROTO_IPV6, IPV6_RECVHOPLIMIT},
    OptionNumbers{Option::ipv6_receive_packet_info,  IPPROTO_IPV6, IPV6_RECVPKTINFO},
    OptionNumbers{Option::ipv6_receive_traffic_class, IPPROTO_IPV6, IPV6_RECVTCLASS},
    OptionNumbers{Option::ipv6_traffic_class,        IPPROTO_IPV6, IPV6_TCLASS},
    OptionNumbers{Option::ipv6_unicast_hops,         IPPROTO_IPV6, IPV6_UNICAST_HOPS},
    OptionNumbers{Option::ipv6_unicast_interface,    IPPROTO_IPV6, IPV6_UNICAST_IF},
    OptionNumbers{Option::ipv6_only,                 IPPROTO_IPV6, IPV6_V6ONLY},
    OptionNumbers{Option::ip_join_group,             IPPROTO_IP,   MCAST_JOIN_GROUP},
    OptionNumbers{Option::ip_leave_group,            IPPROTO_IP,   MCAST_LEAVE_GROUP},
    OptionNumbers{Option::ip_block_group_source,     IPPROTO_IP,   MCAST_BLOCK_SOURCE},
    OptionNumbers{Option::ip_unblock_group_source,   IPPROTO_IP,   MCAST_UNBLOCK_SOURCE},
    OptionNumbers{Option::ip_join_source_group,      IPPROTO_IP,   MCAST_JOIN_SOURCE_GROUP},
    OptionNumbers{Option::ip_leave_source_group,     IPPROTO_IP,   MCAST_LEAVE_SOURCE_GROUP},
    OptionNumbers{Option::ipv6_join_group,           IPPROTO_IPV6, MCAST_JOIN_GROUP},
    OptionNumbers{Option::ipv6_leave_group,          IPPROTO_IPV6, MCAST_LEAVE_GROUP},
    OptionNumbers{Option::ipv6_block_group_source,   IPPROTO_IPV6, MCAST_BLOCK_SOURCE},
    OptionNumbers{Option::ipv6_unblock_group_source, IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE},
    OptionNumbers{Option::ipv6_join_source_group,    IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP},
    OptionNumbers{Option::ipv6_leave_source_group,   IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP},
    OptionNumbers{Option::udp_send_size,             IPPROTO_UDP,  UDP_SEGMENT},
    // clang-format on
};

constexpr bool is_indexed() {
  for (std::size_t at = 0; at < kOptions.size(); ++at) {
    if (kOptions[at].option != static_cast<Option>(at)) return false;
  }
  return true;
}
static_assert(is_indexed());

const OptionNumbers& row_of(Option option) noexcept {
  return kOptions[static_cast<std::size_t>(option)];
}

}  // namespace

int get_option(int fd, Option option, void* value, int* size) noexcept {
  const OptionNumbers& row = row_of(option);
  return static_cast<int>(-system_call(SYS_getsockopt, fd, row.level, row.name, value, size));
}

int set_option(int fd, Option option, const void* value, int size) noexcept {
  const OptionNumbers& row = row_of(option);
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

// Linux's socket options under neutral names: the only place that knows their levels and numbers.
//
// One function, one raw system call (a sanitizer's wrapper would follow a program's bad pointer).
// `value` and `size` may be a program's own pointers, unchecked: the kernel's copy is the check, and
// EFAULT its answer. On EFAULT of a get the kernel may have changed `*size` already. Any thread; no
// lock, no allocation; errno is left as it was.
#pragma once

#include <cstdint>

namespace wsalive::os {

enum class Option : std::uint8_t {
  none,
  // The socket itself.
  type,
  accepts_connections,
  broadcast,
  error,
  keep_alive,
  no_checksum,
  out_of_band_inline,
  receive_buffer,
  receive_timeout,
  send_buffer,
  send_timeout,
  linger,
  // TCP.
  no_delay,
  // IPv4.
  ip_add_membership,
  ip_add_source,
  ip_block_source,
  ip_drop_membership,
  ip_drop_source,
  ip_header_included,
  ip_mtu,
  ip_mtu_discover,
  ip_multicast_interface,
  ip_multicast_loop,
  ip_multicast_ttl,
  ip_options,
  ip_packet_info,
  ip_receive_ttl,
  ip_receive_type_of_service,
  ip_type_of_service,
  ip_ttl,
  ip_unblock_source,
  ip_unicast_interface,
  // IPv6.
  ipv6_add_membership,
  ipv6_checksum,
  ipv6_drop_membership,
  ipv6_header_included,
  ipv6_mtu,
  ipv6_mtu_discover,
  ipv6_multicast_hops,
  ipv6_multicast_interface,
  ipv6_multicast_loop,
  ipv6_receive_hop_limit,
  ipv6_receive_packet_info,
  ipv6_receive_traffic_class,
  ipv6_traffic_class,
  ipv6_unicast_hops,
  ipv6_unicast_interface,
  ipv6_only,
  // Groups of either family.
  ip_join_group,
  ip_leave_group,
  ip_block_group_source,
  ip_unblock_group_source,
  ip_join_source_group,
  ip_leave_source_group,
  ipv6_join_group,
  ipv6_leave_group,
  ipv6_block_group_source,
  ipv6_unblock_group_source,
  ipv6_join_source_group,
  ipv6_leave_source_group,
  // UDP.
  udp_send_size,
};

/// getsockopt. \return 0 or an errno.
[[nodiscard]] int get_option(int fd, Option option, void* value, int* size) noexcept;

/// setsockopt. \return 0 or an errno.
[[nodiscard]] int set_option(int fd, Option option, const void* value, int size) noexcept;

/// The same for an int of the library's.
[[nodiscard]] int get_int(int fd, Option option, int& value) noexcept;
[[nodiscard]] int set_int(int fd, Option option, int value) noexcept;

}  // namespace wsalive::os

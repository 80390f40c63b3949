// Socket options whose value is a structure of Linux, taken and given in plain numbers.
//
// As in os/socket/socket_option.hpp: one function, one raw system call, 0 or an errno, errno left alone. All
// pointers are ours. Addresses are the bytes of an in_addr, in network order.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "os/socket/address.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/socket/socket_option.hpp"

namespace wsalive::os {

/// What closing does with unsent data.
struct Linger {
  bool on = false;
  int seconds = 0;

  friend constexpr bool operator==(const Linger&, const Linger&) = default;
};

[[nodiscard]] int get_linger(int fd, Linger& value) noexcept;
[[nodiscard]] int set_linger(int fd, const Linger& value) noexcept;

/// SO_RCVTIMEO, SO_SNDTIMEO; 0 for none. The kernel waits whole ticks, never fewer than asked for.
[[nodiscard]] int set_time_out(int fd, Option option, std::uint32_t milliseconds) noexcept;

/// Whether a datagram may be fragmented, and whether the kernel finds the path's MTU (IP_MTU_DISCOVER, IPV6_MTU_DISCOVER).
enum class PathMtu : std::uint8_t { by_route, always, never, probe };

[[nodiscard]] int get_path_mtu(int fd, Option option, PathMtu& value) noexcept;
[[nodiscard]] int set_path_mtu(int fd, Option option, PathMtu value) noexcept;

/// An interface by one of its addresses, or by its index where that is not 0.
struct Interface {
  std::uint32_t address = 0;
  int index = 0;
};

/// IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP.
[[nodiscard]] int set_membership(int fd, Option option, std::uint32_t group,
                                 const Interface& at) noexcept;
/// IP_MULTICAST_IF.
[[nodiscard]] int set_multicast_interface(int fd, const Interface& at) noexcept;
/// IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP, IP_BLOCK_SOURCE, IP_UNBLOCK_SOURCE.
[[nodiscard]] int set_source(int fd, Option option, std::uint32_t group, std::uint32_t source,
                             const Interface& at) noexcept;

/// What the kernel tells about a socket that other code has made.
struct SocketDescription {
  Family family = Family::none;
  SocketType type = SocketType::stream;
  bool type_known = true;
  int protocol = 0;
  bool listening = false;
  bool connected = false;
  bool connecting = false;
  bool bound = false;
  bool keep_alive = false;
  Blocking blocking = Blocking::yes;
};

/// ENOTSOCK, EBADF. Any thread.
[[nodiscard]] Result<SocketDescription> describe_socket(int fd) noexcept;

}  // namespace wsalive::os

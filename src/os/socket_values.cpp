#include "os/socket_values.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>

namespace wsalive::os {
namespace {

struct PathMtuRow {
  PathMtu meaning;
  int number;
};

// IPv6's numbers are the same.
constexpr std::array kPathMtu{
    // clang-format off
    PathMtuRow{PathMtu::by_route, IP_PMTUDISC_WANT},
    PathMtuRow{PathMtu::always,   IP_PMTUDISC_DO},
    PathMtuRow{PathMtu::never,    IP_PMTUDISC_DONT},
    PathMtuRow{PathMtu::probe,    IP_PMTUDISC_PROBE},
    // clang-format on
};
static_assert(IP_PMTUDISC_WANT == IPV6_PMTUDISC_WANT && IP_PMTUDISC_DO == IPV6_PMTUDISC_DO &&
              IP_PMTUDISC_DONT == IPV6_PMTUDISC_DONT && IP_PMTUDISC_PROBE == IPV6_PMTUDISC_PROBE);

template <typename T>
int set(int fd, Option option, const T& value) noexcept {
  return set_option(fd, option, &value, sizeof value);
}

}  // namespace

int get_linger(int fd, Linger& value) noexcept {
  linger found{};
  int size = sizeof found;
  const int error = get_option(fd, Option::linger, &found, &size);
  if (error == 0) value = {.on = found.l_onoff != 0, .seconds = found.l_linger};
  return error;
}

int set_linger(int fd, const Linger& value) noexcept {
  return set(fd, Option::linger, linger{value.on ? 1 : 0, value.seconds});
}

int set_time_out(int fd, Option option, std::uint32_t milliseconds) noexcept {
  constexpr long kThousand = 1000;
  return set(
      fd, option,
      timeval{.tv_sec = milliseconds / kThousand, .tv_usec = milliseconds % kThousand * kThousand});
}

int get_path_mtu(int fd, Option option, PathMtu& value) noexcept {
  int number = 0;
  const int error = get_int(fd, option, number);
  const auto* const row = std::ranges::find(kPathMtu, number, &PathMtuRow::number);
  if (error == 0) value = row != kPathMtu.end() ? row->meaning : PathMtu::by_route;
  return error;
}

int set_path_mtu(int fd, Option option, PathMtu value) noexcept {
  return set_int(fd, option, std::ranges::find(kPathMtu, value, &PathMtuRow::meaning)->number);
}

int set_membership(int fd, Option option, std::uint32_t group, const Interface& at) noexcept {
  return set(fd, option, ip_mreqn{{group}, {at.address}, at.index});
}

int set_multicast_interface(int fd, const Interface& at) noexcept {
  return set(fd, Option::ip_multicast_interface, ip_mreqn{{}, {at.address}, at.index});
}

int set_source(int fd, Option option, std::uint32_t group, std::uint32_t source,
               std::uint32_t interface_address) noexcept {
  ip_mreq_source asked{};  // Windows has its members in another order.
  asked.imr_multiaddr.s_addr = group;
  asked.imr_interface.s_addr = interface_address;
  asked.imr_sourceaddr.s_addr = source;
  return set(fd, option, asked);
}

}  // namespace wsalive::os

#include "os/socket/socket_values.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>

#include "os/socket/int_option.hpp"

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

struct SourceRow {
  Option by_address;
  Option by_index;
};

// ip_mreq_source names an interface by an address alone, group_source_req by an index alone.
constexpr std::array kSourceOptions{
    // clang-format off
    SourceRow{Option::ip_add_source,     Option::ip_join_source_group},
    SourceRow{Option::ip_drop_source,    Option::ip_leave_source_group},
    SourceRow{Option::ip_block_source,   Option::ip_block_group_source},
    SourceRow{Option::ip_unblock_source, Option::ip_unblock_group_source},
    // clang-format on
};

void write_address(sockaddr_storage& into, std::uint32_t address) {
  auto& written = reinterpret_cast<sockaddr_in&>(into);
  written.sin_family = AF_INET;
  written.sin_addr.s_addr = address;
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
               const Interface& at) noexcept {
  if (at.index != 0) {
    group_source_req by_index{};
    by_index.gsr_interface = static_cast<std::uint32_t>(at.index);
    write_address(by_index.gsr_group, group);
    write_address(by_index.gsr_source, source);
    const auto* const row = std::ranges::find(kSourceOptions, option, &SourceRow::by_address);
    return set(fd, row->by_index, by_index);
  }
  ip_mreq_source asked{};  // Windows has its members in another order.
  asked.imr_multiaddr.s_addr = group;
  asked.imr_interface.s_addr = at.address;
  asked.imr_sourceaddr.s_addr = source;
  return set(fd, option, asked);
}

namespace {

int option_or_zero(int fd, int name) noexcept {
  return int_option(fd, SOL_SOCKET, name, "getsockopt").value_or(0);
}

void describe_type(int number, SocketDescription& what) noexcept {
  switch (number) {
    case SOCK_STREAM:
      what.type = SocketType::stream;
      break;
    case SOCK_DGRAM:
      what.type = SocketType::datagram;
      break;
    case SOCK_RAW:
      what.type = SocketType::raw;
      break;
    default:
      what.type_known = false;
  }
}

void describe_state(int fd, SocketDescription& what) noexcept {
  SocketAddress name;
  what.listening = option_or_zero(fd, SO_ACCEPTCONN) != 0;
  what.connected = name_of(fd, End::peer, name) == 0;
  what.bound = name_of(fd, End::own, name) == 0 && (name.port() != 0 || what.connected);
  what.connecting = what.protocol == IPPROTO_TCP && tcp_state(fd) == TcpState::syn_sent;
}

}  // namespace

Result<SocketDescription> describe_socket(int fd) noexcept {
  const Result<int> type = int_option(fd, SOL_SOCKET, SO_TYPE, "getsockopt SO_TYPE");
  if (!type) return tl::unexpected{type.error()};
  SocketDescription what;
  describe_type(*type, what);
  what.family = family_of(option_or_zero(fd, SO_DOMAIN));
  what.protocol = option_or_zero(fd, SO_PROTOCOL);
  what.keep_alive = option_or_zero(fd, SO_KEEPALIVE) != 0;
  what.blocking = blocking_of(fd);
  describe_state(fd, what);
  return what;
}

}  // namespace wsalive::os

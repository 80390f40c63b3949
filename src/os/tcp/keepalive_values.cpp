#include "os/tcp/keepalive_values.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "os/socket/int_option.hpp"
#include "os/system_call.hpp"

namespace wsalive::os {

Result<KernelKeepAlive> keep_alive_values(int fd) noexcept {
  const auto on = keep_alive_switch(fd);
  if (!on) return tl::unexpected(on.error());
  auto values = keep_alive_times(fd);
  if (values) values->on = *on;
  return values;
}

Result<KernelKeepAlive> keep_alive_times(int fd) noexcept {
  const auto idle = keep_alive_idle(fd);
  if (!idle) return tl::unexpected(idle.error());
  const auto interval = keep_alive_interval(fd);
  if (!interval) return tl::unexpected(interval.error());
  const auto probes = keep_alive_count(fd);
  if (!probes) return tl::unexpected(probes.error());
  return KernelKeepAlive{Switch::off, *idle, *interval, *probes};
}

Result<Switch> keep_alive_switch(int fd) noexcept {
  return int_option(fd, SOL_SOCKET, SO_KEEPALIVE, "getsockopt SO_KEEPALIVE").map([](int value) {
    return value != 0 ? Switch::on : Switch::off;
  });
}

Result<int> keep_alive_idle(int fd) noexcept {
  return int_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, "getsockopt TCP_KEEPIDLE");
}

Result<int> keep_alive_interval(int fd) noexcept {
  return int_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, "getsockopt TCP_KEEPINTVL");
}

Result<int> keep_alive_count(int fd) noexcept {
  return int_option(fd, IPPROTO_TCP, TCP_KEEPCNT, "getsockopt TCP_KEEPCNT");
}

Status set_keep_alive_switch(int fd, Switch value) noexcept {
  return set_int_option(fd, SOL_SOCKET, SO_KEEPALIVE, value == Switch::on ? 1 : 0,
                        "setsockopt SO_KEEPALIVE");
}

Status pass_keep_alive_switch(int fd, const void* program_value) noexcept {
  const auto error =
      -system_call(SYS_setsockopt, fd, SOL_SOCKET, SO_KEEPALIVE, program_value, sizeof(int));
  return error == 0 ? Status{} : failure(static_cast<int>(error), "setsockopt SO_KEEPALIVE");
}

Status set_keep_alive_idle(int fd, int seconds) noexcept {
  return set_int_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds, "setsockopt TCP_KEEPIDLE");
}

Status set_keep_alive_interval(int fd, int seconds) noexcept {
  return set_int_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, seconds, "setsockopt TCP_KEEPINTVL");
}

Status set_keep_alive_count(int fd, int probes) noexcept {
  return set_int_option(fd, IPPROTO_TCP, TCP_KEEPCNT, probes, "setsockopt TCP_KEEPCNT");
}

Result<int> user_timeout(int fd) noexcept {
  return int_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, "getsockopt TCP_USER_TIMEOUT");
}

Status set_user_timeout(int fd, int milliseconds) noexcept {
  return set_int_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds,
                        "setsockopt TCP_USER_TIMEOUT");
}

bool may_repair(int fd) noexcept {
  constexpr int kNoMode = 99;  // The kernel checks the right first, and then refuses the value.
  const Status answer =
      set_int_option(fd, IPPROTO_TCP, TCP_REPAIR, kNoMode, "setsockopt TCP_REPAIR");
  return !answer && answer.error().code == EINVAL;
}

Status send_repair_probe(int fd) noexcept {
  const auto reuse = int_option(fd, SOL_SOCKET, SO_REUSEADDR, "getsockopt SO_REUSEADDR");
  if (!reuse) return tl::unexpected(reuse.error());
  const Status sent = set_int_option(fd, IPPROTO_TCP, TCP_REPAIR, 0, "setsockopt TCP_REPAIR");
  if (!sent || *reuse == 0) return sent;
  return set_int_option(fd, SOL_SOCKET, SO_REUSEADDR, *reuse, "setsockopt SO_REUSEADDR");
}

}  // namespace wsalive::os

#include "attach/kernel_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/owned.hpp"
#include "os/file/file.hpp"

namespace wsalive::attach {
namespace {

/// The program's value if it has set one and may keep it, else ours.
int choose(int now, int untouched, std::uint32_t ours, Precedence whose) {
  const bool is_programs = now != untouched && whose == Precedence::program;
  return is_programs ? now : static_cast<int>(ours);
}

/// T comes last and always: it alone restarts the kernel's timer, which may still run for an earlier value.
Status write_keep_alive(int fd, const os::KernelKeepAlive& from,
                        const os::KernelKeepAlive& to) noexcept {
  Status status{};
  if (from.on != to.on) status = os::set_keep_alive_switch(fd, to.on);
  if (status && from.interval_s != to.interval_s)
    status = os::set_keep_alive_interval(fd, to.interval_s);
  if (status && from.probes != to.probes) status = os::set_keep_alive_count(fd, to.probes);
  if (status && (to.on == os::Switch::on || from.idle_s != to.idle_s))
    status = os::set_keep_alive_idle(fd, to.idle_s);
  return status;
}

Status write_values(int fd, const KernelValues& from, const KernelValues& to) noexcept {
  if (const Status done = change_user_timeout(fd, from, to); !done) return done;
  return write_keep_alive(fd, from.keep_alive, to.keep_alive);
}

}  // namespace

Result<Defaults> namespace_defaults() noexcept {
  const Fd untouched{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP)};
  if (!untouched) return failure(errno, "socket");
  const Result<os::KernelKeepAlive> values = os::keep_alive_values(untouched.get());
  if (!values) return tl::unexpected(values.error());
  return Defaults{values->idle_s, values->interval_s, values->probes};
}

SendingLimits sending_limits() {
  const auto read = [](const char* name, std::uint32_t otherwise) {
    return static_cast<std::uint32_t>(os::sysctl_number(name).value_or(otherwise));
  };
  const SendingLimits built_in;
  return {.retries2 = read("net/ipv4/tcp_retries2", built_in.retries2),
          .requests = read("net/ipv4/tcp_syn_retries", built_in.requests),
          .undoubled_requests = read("net/ipv4/tcp_syn_linear_timeouts", 0),
          .longest_wait_ms = read("net/ipv4/tcp_rto_max_ms", built_in.longest_wait_ms)};
}

Result<KernelValues> kernel_values(int fd) noexcept {
  const Result<os::KernelKeepAlive> keep_alive = os::keep_alive_values(fd);
  if (!keep_alive) return tl::unexpected(keep_alive.error());
  KernelValues values{*keep_alive, {}};
  if (const Result<int> timeout = os::user_timeout(fd)) values.user_timeout_ms = *timeout;
  return values;
}

KernelValues merged_values(const KernelValues& now, const Defaults& defaults,
                           const policy::KernelFit& wanted, Precedence whose) noexcept {
  const os::KernelKeepAlive& has = now.keep_alive;
  KernelValues merged{
      {.on = os::Switch::on,
       .idle_s = choose(has.idle_s, defaults.idle_s, wanted.idle_s, whose),
       .interval_s = choose(has.interval_s, defaults.interval_s, wanted.interval_s, whose),
       .probes = choose(has.probes, defaults.probes, wanted.probes, whose)},
      now.user_timeout_ms};
  if (now.user_timeout_ms && wanted.user_timeout_ms)
    merged.user_timeout_ms = choose(*now.user_timeout_ms, 0, *wanted.user_timeout_ms, whose);
  return merged;
}

Status change_user_timeout(int fd, const KernelValues& now, const KernelValues& wanted) noexcept {
  if (!wanted.user_timeout_ms || now.user_timeout_ms == wanted.user_timeout_ms) return {};
  return os::set_user_timeout(fd, *wanted.user_timeout_ms);
}

Status change(int fd, const KernelValues& now, const KernelValues& wanted) noexcept {
  const Status status = write_values(fd, now, wanted);
  if (status) return status;
  if (const Result<KernelValues> reached = kernel_values(fd)) {
    static_cast<void>(write_values(fd, *reached, now));
  }
  return status;
}

Result<KernelValues> set_keepalive(int fd, const Defaults& defaults,
                                   const policy::KernelFit& wanted, Precedence whose) noexcept {
  const Result<KernelValues> now = kernel_values(fd);
  if (!now) return now;
  const Status changed = change(fd, *now, merged_values(*now, defaults, wanted, whose));
  if (!changed) return tl::unexpected(changed.error());
  return now;
}

}  // namespace wsalive::attach

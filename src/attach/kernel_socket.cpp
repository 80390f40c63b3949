#include "attach/kernel_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/fd.hpp"

namespace wsalive::attach {
namespace {

/// The program's value if it is one and may stay, else ours.
int choose(int now, int untouched, std::uint32_t ours, Precedence whose) {
  const bool is_programs = now != untouched && whose == Precedence::program;
  return is_programs ? now : static_cast<int>(ours);
}

/// T comes last and always: it alone sets the kernel's timer anew, which may stand where an earlier value has put it.
Status write_values(int fd, const os::KernelKeepAlive& from,
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

}  // namespace

Result<Defaults> namespace_defaults() noexcept {
  const Fd untouched{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP)};
  if (!untouched) return failure(errno, "socket");
  const Result<os::KernelKeepAlive> values = os::keep_alive_values(untouched.get());
  if (!values) return tl::unexpected(values.error());
  return Defaults{values->idle_s, values->interval_s, values->probes};
}

os::KernelKeepAlive merged_values(const os::KernelKeepAlive& now, const Defaults& defaults,
                                  const policy::KernelFit& wanted, Precedence whose) noexcept {
  return {.on = os::Switch::on,
          .idle_s = choose(now.idle_s, defaults.idle_s, wanted.idle_s, whose),
          .interval_s = choose(now.interval_s, defaults.interval_s, wanted.interval_s, whose),
          .probes = choose(now.probes, defaults.probes, wanted.probes, whose)};
}

Status change(int fd, const os::KernelKeepAlive& now, const os::KernelKeepAlive& wanted) noexcept {
  const Status status = write_values(fd, now, wanted);
  if (status) return status;
  if (const Result<os::KernelKeepAlive> reached = os::keep_alive_values(fd)) {
    static_cast<void>(write_values(fd, *reached, now));
  }
  return status;
}

Result<os::KernelKeepAlive> set_keepalive(int fd, const Defaults& defaults,
                                          const policy::KernelFit& wanted,
                                          Precedence whose) noexcept {
  const Result<os::KernelKeepAlive> now = os::keep_alive_values(fd);
  if (!now) return now;
  const Status changed = change(fd, *now, merged_values(*now, defaults, wanted, whose));
  if (!changed) return tl::unexpected(changed.error());
  return now;
}

}  // namespace wsalive::attach

#include "attach/pidfd/set_socket.hpp"

#include <cerrno>

#include "os/tcp/cookie.hpp"

namespace wsalive::attach {

os::KernelKeepAlive fulfilled(const SocketWish& wish, const os::KernelKeepAlive& now,
                              const Defaults& defaults) noexcept {
  if (wish.on == os::Switch::off) {
    os::KernelKeepAlive result = now;
    result.on = os::Switch::off;
    return result;
  }
  const os::KernelKeepAlive kept = merged_values(now, defaults, wish.fit, Precedence::program);
  const os::KernelKeepAlive ours = merged_values(now, defaults, wish.fit, Precedence::ours);
  return {.on = os::Switch::on,
          .idle_s = wish.idle == Precedence::ours ? ours.idle_s : kept.idle_s,
          .interval_s = wish.interval == Precedence::ours ? ours.interval_s : kept.interval_s,
          .probes = wish.probes == Precedence::ours ? ours.probes : kept.probes};
}

Result<SocketChange> set_socket(const ForeignSocket& socket, const SocketWish& wish,
                                const Defaults& defaults, Deed deed) noexcept {
  const Result<Fd> copy = socket.process.borrow(socket.fd);
  if (!copy) return tl::unexpected(copy.error());
  const Result<std::uint64_t> cookie = os::socket_cookie(copy->get());
  if (!cookie || *cookie != socket.cookie) return failure(ESTALE, "borrow the socket");
  const Result<os::KernelKeepAlive> now = os::keep_alive_values(copy->get());
  if (!now) return tl::unexpected(now.error());
  const os::KernelKeepAlive wanted = fulfilled(wish, *now, defaults);
  if (deed == Deed::rehearse) return SocketChange{*now, wanted};
  if (const Status changed = change(copy->get(), *now, wanted); !changed) {
    return tl::unexpected(changed.error());
  }
  const Result<os::KernelKeepAlive> after = os::keep_alive_values(copy->get());
  if (!after) return tl::unexpected(after.error());
  return SocketChange{*now, *after};
}

}  // namespace wsalive::attach

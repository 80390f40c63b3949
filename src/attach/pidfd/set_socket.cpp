#include "attach/pidfd/set_socket.hpp"

namespace wsalive::attach {

namespace {

int claimed(int now, int untouched, std::uint32_t ours, Claim claim) {
  const bool is_taken = claim == Claim::always || (claim == Claim::unless_set && now == untouched);
  return is_taken ? static_cast<int>(ours) : now;
}

}  // namespace

KernelValues fulfilled(const SocketWish& wish, const KernelValues& now,
                       const Defaults& defaults) noexcept {
  KernelValues result = now;
  if (now.user_timeout_ms && wish.fit.user_timeout_ms) {
    result.user_timeout_ms =
        claimed(*now.user_timeout_ms, 0, *wish.fit.user_timeout_ms, wish.user_timeout);
  }
  if (!wish.on) return result;
  os::KernelKeepAlive& to = result.keep_alive;
  to.on = *wish.on;
  if (to.on == os::Switch::off) return result;
  to.idle_s = claimed(to.idle_s, defaults.idle_s, wish.fit.idle_s, wish.idle);
  to.interval_s = claimed(to.interval_s, defaults.interval_s, wish.fit.interval_s, wish.interval);
  to.probes = claimed(to.probes, defaults.probes, wish.fit.probes, wish.probes);
  return result;
}

Result<SocketChange> set_socket(const ForeignSocket& socket, const SocketWish& wish,
                                const Defaults& defaults, Deed deed) noexcept {
  const Result<Borrowed> copy =
      socket.process.borrow_socket(socket.fd, socket.cookie, socket.inode);
  if (!copy) return tl::unexpected(copy.error());
  const Result<KernelValues> now = kernel_values(copy->get());
  if (!now) return tl::unexpected(now.error());
  const KernelValues wanted = fulfilled(wish, *now, defaults);
  if (deed == Deed::rehearse) return SocketChange{*now, wanted};
  const Status changed =
      wish.on ? change(copy->get(), *now, wanted) : change_user_timeout(copy->get(), *now, wanted);
  if (!changed) return tl::unexpected(changed.error());
  const Result<KernelValues> after = kernel_values(copy->get());
  if (!after) return tl::unexpected(after.error());
  return SocketChange{*now, *after};
}

}  // namespace wsalive::attach

#include "os/tcp/connect_limit.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>

#include <algorithm>

#include "os/socket/int_option.hpp"

namespace wsalive::os {
namespace {

constexpr int kAwaitedMs = 21'000;
constexpr int kPendingRetries = 3;

// A refusal leaves Linux's own limit, which is only longer.
void set(int fd, int name, int value) noexcept {
  static_cast<void>(set_int_option(fd, IPPROTO_TCP, name, value, "setsockopt"));
}

}  // namespace

void limit_awaited_connect(int fd, int own_ms) noexcept {
  set(fd, TCP_USER_TIMEOUT, own_ms == 0 ? kAwaitedMs : std::min(own_ms, kAwaitedMs));
}

void unlimit_awaited_connect(int fd, int own_ms) noexcept { set(fd, TCP_USER_TIMEOUT, own_ms); }

void limit_pending_connect(int fd) noexcept { set(fd, TCP_SYNCNT, kPendingRetries); }

}  // namespace wsalive::os

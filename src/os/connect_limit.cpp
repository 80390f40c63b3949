#include "os/connect_limit.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>

#include "os/int_option.hpp"

namespace wsalive::os {
namespace {

constexpr int kAwaitedMs = 21'000;
constexpr int kPendingRetries = 3;

// A refusal leaves Linux's own limit, which is only longer.
void set(int fd, int name, int value) noexcept {
  static_cast<void>(set_int_option(fd, IPPROTO_TCP, name, value, "setsockopt"));
}

}  // namespace

void limit_awaited_connect(int fd) noexcept { set(fd, TCP_USER_TIMEOUT, kAwaitedMs); }

void unlimit_awaited_connect(int fd) noexcept { set(fd, TCP_USER_TIMEOUT, 0); }

void limit_pending_connect(int fd) noexcept { set(fd, TCP_SYNCNT, kPendingRetries); }

}  // namespace wsalive::os

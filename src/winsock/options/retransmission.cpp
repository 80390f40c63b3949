#include "winsock/options/retransmission.hpp"

#include <algorithm>
#include <limits>

#include "engine/engine.hpp"
#include "os/errno_table.hpp"
#include "winsock/options/option_row.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

constexpr std::int64_t kForEver = -1;
constexpr std::int64_t kMillis = 1;
constexpr std::int64_t kSeconds = 1000;
constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();

int in_host(std::int64_t limit_ms) noexcept {
  return static_cast<int>(limit_ms == kForEver ? kMost : std::min(limit_ms, kMost));
}

std::int64_t limit_of(const Socket& socket) noexcept {
  return socket.options.retransmission_ms.load(std::memory_order_acquire);
}

WsaError get_limit(const GetCall& call, std::int64_t unit) {
  const std::int64_t limit = limit_of(call.socket);
  if (limit == kForEver) return give_dword(call, std::numeric_limits<std::uint32_t>::max());
  const std::int64_t rounded = std::min((limit + unit - 1) / unit, kMost);
  return give_dword(call, static_cast<std::uint32_t>(rounded));
}

WsaError set_limit(const SetCall& call, std::int64_t unit) {
  std::uint32_t given = 0;
  if (!take_dword(call, given)) return WsaError::fault;
  const std::int64_t value = static_cast<std::int32_t>(given);
  if (value < kForEver) return WsaError::invalid_argument;
  const std::int64_t limit = value == kForEver ? kForEver : value * unit;
  const Status done = runtime().engine().limit_retransmission(call.socket.fd(), in_host(limit));
  if (!done) return os::wsa_error(done.error().code);
  call.socket.options.retransmission_ms.store(limit, std::memory_order_release);
  return WsaError::none;
}

}  // namespace

WsaError get_max_rt(const GetCall& call) { return get_limit(call, kSeconds); }
WsaError set_max_rt(const SetCall& call) { return set_limit(call, kSeconds); }
WsaError get_max_rt_ms(const GetCall& call) { return get_limit(call, kMillis); }
WsaError set_max_rt_ms(const SetCall& call) { return set_limit(call, kMillis); }

int host_limit(const Socket& socket) noexcept { return in_host(limit_of(socket)); }

void apply_limit(const Socket& socket) noexcept {
  // The kernel refuses nothing here that it did not refuse when the option was set.
  static_cast<void>(runtime().engine().limit_retransmission(socket.fd(), host_limit(socket)));
}

}  // namespace wsalive::winsock

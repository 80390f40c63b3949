// WSAPoll.

#include "winsock2.h"

#include <array>
#include <chrono>
#include <optional>
#include <span>

#include "os/clock.hpp"
#include "winsock/call.hpp"
#include "winsock/readiness/readiness.hpp"
#include "winsock/readiness/watch_list.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

struct EventRow {
  SHORT windows;
  Ready ready;   ///< Any of these is the event.
  Ready wanted;  ///< What to ask the kernel for; 0: reported in any case.
};
// K-93. A broken connection is writable for a caller that asks for that: the write will not block.
constexpr std::array kEvents{
    // clang-format off
    EventRow{POLLRDNORM, kCanReceive,                                kCanReceive},
    EventRow{POLLRDBAND, kHasUrgent,                                 kHasUrgent},
    EventRow{POLLWRNORM, kCanSend | kIsBroken | kConnectFailed,      kCanSend},
    EventRow{POLLERR,    kIsBroken | kConnectFailed,                 0},
    EventRow{POLLHUP,    kPeerHasEnded | kIsBroken | kConnectFailed, 0},
    // clang-format on
};
constexpr SHORT kMayBeAsked = POLLRDNORM | POLLRDBAND | POLLWRNORM | POLLWRBAND;

Ready wanted_of(SHORT events) {
  unsigned wanted = kPeerHasEnded;
  for (const EventRow& row : kEvents) {
    if ((events & row.windows) != 0) wanted |= row.wanted;
  }
  return static_cast<Ready>(wanted);
}

SHORT events_of(Ready ready, SHORT asked) {
  unsigned events = 0;
  for (const EventRow& row : kEvents) {
    const bool counts = row.wanted == 0 || (asked & row.windows) != 0;
    if (counts && (ready & row.ready) != 0) events |= static_cast<unsigned>(row.windows);
  }
  return static_cast<SHORT>(events);
}

class PollCall {
 public:
  PollCall(WSAPOLLFD* items, ULONG count) : items_(items), count_(count) {}

  [[nodiscard]] WsaError check();
  [[nodiscard]] WatchList& list() noexcept { return list_; }
  [[nodiscard]] WsaError watch_all(bool again);
  [[nodiscard]] std::size_t judge_all();
  void write();

 private:
  WSAPOLLFD* items_;
  ULONG count_;
  WatchList list_;
};

WsaError PollCall::check() {
  if (count_ == 0) return WsaError::invalid_argument;
  if (!is_good_array(items_, count_)) return WsaError::fault;
  list_.make_room(count_);
  return WsaError::none;
}

/// A socket that is not open is ignored at the first look-up. Later it has been closed meanwhile: K-109.
WsaError PollCall::watch_all(bool again) {
  SHORT asked = 0;
  os::Wanted wanted = asked_of_kernel(wanted_of(asked));  // Usually the same for all.
  unsigned all_events = 0;
  bool all_open = true;
  list_.fill([&](auto put) {
    for (const WSAPOLLFD& item : std::span{items_, count_}) {
      all_events |= static_cast<unsigned>(item.events);
      if (item.events != asked) wanted = asked_of_kernel(wanted_of(asked = item.events));
      const Socket* const socket = Socket::find(item.fd);
      all_open = all_open && socket;
      put(socket ? watch(*socket, wanted) : os::Watched{});
    }
  });
  if (again && !all_open) return WsaError::interrupted;
  const bool known_events = (all_events & ~static_cast<unsigned>(kMayBeAsked) & 0xffffU) == 0;
  return known_events ? WsaError::none : WsaError::invalid_argument;
}

std::size_t PollCall::judge_all() {
  std::size_t ready = 0;
  for (std::size_t at = 0; at < count_; ++at) {
    os::Watched& watched = list_[at];
    const os::Readiness found = watched.ready();
    if (found == 0 && !list_.some_known()) continue;
    const WSAPOLLFD& item = items_[at];
    Socket* const socket = Socket::find(item.fd);
    const SHORT closed = watched.is_passed_over() ? SHORT{POLLNVAL} : SHORT{0};
    watched.set_verdict(socket ? events_of(judge(*socket, found), item.events) : closed);
    ready += watched.verdict() != 0 ? 1U : 0U;
  }
  return ready;
}

void PollCall::write() {
  for (std::size_t at = 0; at < count_; ++at) items_[at].revents = list_[at].verdict();
}

Count poll_call(WSAPOLLFD* items, ULONG count, INT time_out_ms) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return refused(refusal);
  }
  PollCall call{items, count};
  if (const WsaError bad = call.check(); bad != WsaError::none) return refused(bad);
  std::optional<Instant> deadline;
  if (time_out_ms == 0) deadline = Instant{};
  if (time_out_ms > 0) {
    deadline = os::monotonic_clock().now() + std::chrono::milliseconds{time_out_ms};
  }
  const Count ready = wait_for_some(call, deadline);
  if (ready) call.write();
  return ready;
}

}  // namespace
}  // namespace wsalive::winsock

int WSAPoll(LPWSAPOLLFD fdArray, ULONG fds, INT timeout) {
  using namespace wsalive::winsock;
  return guarded_count([&] { return poll_call(fdArray, fds, timeout); });
}

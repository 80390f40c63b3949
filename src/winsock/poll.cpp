// WSAPoll.

#include "winsock2.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>

#include "os/clock.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/hooks.hpp"
#include "winsock/program_array.hpp"
#include "winsock/readiness.hpp"
#include "winsock/runtime.hpp"
#include "winsock/small_vector.hpp"
#include "winsock/transfer.hpp"

namespace wsalive::winsock {
namespace {

constexpr std::size_t kUsual = 64;
constexpr std::size_t kMostReserved = 65'536;  // A count may be nonsense.

struct EventRow {
  SHORT windows;
  Ready ready;   ///< Any of these is the event.
  Ready wanted;  ///< What to ask for; 0: comes unasked.
};
// K-93. A broken connection can be written to as far as a caller is concerned who asks for that: the write
// will not block.
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

  [[nodiscard]] WsaError read();
  [[nodiscard]] Count wait(std::optional<Instant> deadline);
  void write();

 private:
  enum class Look : std::uint8_t { first, again };
  [[nodiscard]] bool watch_all(Look look);
  [[nodiscard]] std::size_t judge_all();

  WSAPOLLFD* items_;
  ULONG count_;
  SmallVector<WSAPOLLFD, kUsual> polled_;
  SmallVector<os::Watched, kUsual> watched_;
  bool some_known_ = false;  ///< A socket may be ready by what we know.
};

WsaError PollCall::read() {
  if (count_ == 0) return WsaError::invalid_argument;
  bool known_events = true;
  polled_.reserve(std::min<std::size_t>(count_, kMostReserved));
  const bool good = for_each_of_program(items_, count_, [&](const WSAPOLLFD& item) {
    known_events = known_events && (item.events & ~kMayBeAsked) == 0;
    polled_.push_back(item);
  });
  if (!good) return WsaError::fault;
  watched_.reserve(polled_.size());  // Nothing may run out of memory once the call has begun.
  return known_events ? WsaError::none : WsaError::invalid_argument;
}

/// \return false if a socket that was open at the first look is not any more.
bool PollCall::watch_all(Look look) {
  watched_.clear();
  watched_.reserve(polled_.size());
  some_known_ = any_deferred();
  SHORT asked = 0;
  Ready wanted = wanted_of(asked);  // Usually the same for all.
  for (WSAPOLLFD& item : polled_) {
    const Socket* const socket = Socket::find(item.fd);
    if (look == Look::first) item.revents = socket ? SHORT{0} : SHORT{POLLNVAL};
    if (!socket && item.revents != POLLNVAL) return false;
    const bool passed_over = item.revents == POLLNVAL;
    if (item.events != asked) wanted = wanted_of(asked = item.events);
    const os::Watched watched = passed_over ? os::Watched{-1, 0} : watch(*socket, wanted);
    some_known_ = some_known_ || may_be_known_ready(watched);
    watched_.push_back(watched);
  }
  return true;
}

std::size_t PollCall::judge_all() {
  std::size_t ready = 0;
  for (std::size_t at = 0; at < polled_.size(); ++at) {
    WSAPOLLFD& item = polled_[at];
    const os::Readiness found = watched_[at].ready();
    if (item.revents != POLLNVAL) {
      const bool asked = found != 0 || some_known_;
      Socket* const socket = asked ? Socket::find(item.fd) : nullptr;
      item.revents = socket ? events_of(judge(*socket, found), item.events) : SHORT{0};
    }
    ready += item.revents != 0 ? 1 : 0;
  }
  return ready;
}

Count PollCall::wait(std::optional<Instant> deadline) {
  EnteredMany entered;
  static_cast<void>(entered.look([this] { return watch_all(Look::first); }));
  if (const std::size_t ready = some_known_ ? judge_all() : 0; ready != 0) return ready;
  for (;;) {
    const int found = wait_with_hook(watched_.data(), watched_.size(), deadline);
    if (found == -ECANCELED) return refused(WsaError::interrupted);
    if (found == -ENOMEM || found == -EINVAL) return refused(WsaError::no_buffers);
    if (found > 0) {
      if (const std::size_t ready = judge_all(); ready != 0) return ready;
    }
    if (found == 0) return std::size_t{0};
    if (!entered.look([this] { return watch_all(Look::again); })) {
      return refused(WsaError::interrupted);  // K-109
    }
  }
}

void PollCall::write() {
  ProgramWriter<WSAPOLLFD> out{items_};
  for (const WSAPOLLFD& item : polled_) out.put(item);
}

Count poll_call(WSAPOLLFD* items, ULONG count, INT time_out_ms) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return refused(refusal);
  }
  PollCall call{items, count};
  if (const WsaError bad = call.read(); bad != WsaError::none) return refused(bad);
  std::optional<Instant> deadline;
  if (time_out_ms >= 0) {
    deadline = os::monotonic_clock().now() + std::chrono::milliseconds{time_out_ms};
  }
  const Count ready = call.wait(deadline);
  if (ready) call.write();
  return ready;
}

}  // namespace
}  // namespace wsalive::winsock

int WSAPoll(LPWSAPOLLFD fdArray, ULONG fds, INT timeout) {
  using namespace wsalive::winsock;
  return guarded_count([&] { return poll_call(fdArray, fds, timeout); });
}

#include "os/socket/poll.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <ctime>

namespace wsalive::os {
namespace {

struct PollBit {
  ReadinessBit bit;
  short number;
};
constexpr std::array kPollBits{
    // clang-format off
    PollBit{kReadable,  POLLIN},
    PollBit{kWritable,  POLLOUT},
    PollBit{kUrgent,    POLLPRI},
    PollBit{kPeerEnded, POLLRDHUP},
    PollBit{kFailed,    POLLERR},
    PollBit{kHungUp,    POLLHUP},
    // clang-format on
};

/// The kernel's events for every set of bits.
constexpr auto kEvents = [] {
  std::array<short, 64> events{};
  for (std::size_t wanted = 0; wanted < events.size(); ++wanted) {
    for (const PollBit& row : kPollBits) {
      if ((wanted & row.bit) != 0) events[wanted] = static_cast<short>(events[wanted] | row.number);
    }
  }
  return events;
}();

}  // namespace

Wanted::Wanted(Readiness wanted) noexcept : events_(kEvents[wanted % kEvents.size()]) {}

Readiness Watched::found() const noexcept {
  unsigned found = 0;
  for (const PollBit& row : kPollBits) {
    if ((ready_ & row.number) != 0) found |= row.bit;
  }
  return static_cast<Readiness>(found);
}

int wait_for(Watched* watched, std::size_t count,
             std::optional<std::chrono::nanoseconds> at_most) noexcept {
  // NOLINTNEXTLINE(misc-redundant-expression): two types of one layout, which is to be shown.
  static_assert(sizeof(Watched) == sizeof(pollfd) && alignof(Watched) == alignof(pollfd));
  static_assert(offsetof(Watched, fd_) == offsetof(pollfd, fd) &&
                offsetof(Watched, wanted_) == offsetof(pollfd, events) &&
                offsetof(Watched, ready_) == offsetof(pollfd, revents));
  timespec time{};
  if (at_most) {
    const auto wait = std::max(*at_most, std::chrono::nanoseconds{0});
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
    time.tv_sec = seconds.count();
    time.tv_nsec = (wait - seconds).count();
  }
  const long found = ::syscall(SYS_ppoll, static_cast<void*>(watched), count,
                               at_most ? &time : nullptr, nullptr, 0UL);
  return found >= 0 ? static_cast<int>(found) : -errno;
}

}  // namespace wsalive::os

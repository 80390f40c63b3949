#include "os/socket/epoll_set.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "os/clock.hpp"

namespace wsalive::os {
namespace {

constexpr std::uint64_t kWakeToken = ~std::uint64_t{0};
constexpr std::size_t kMostEvents = 64;

struct EpollBit {
  ReadinessBit bit;
  std::uint32_t number;
};
constexpr std::array kEpollBits{
    // clang-format off
    EpollBit{kReadable,  EPOLLIN},
    EpollBit{kWritable,  EPOLLOUT},
    EpollBit{kUrgent,    EPOLLPRI},
    EpollBit{kPeerEnded, EPOLLRDHUP},
    EpollBit{kFailed,    EPOLLERR},
    EpollBit{kHungUp,    EPOLLHUP},
    // clang-format on
};

epoll_event event_for(Readiness wanted, std::uint64_t token) {
  epoll_event event{};
  event.events = EPOLLET | EPOLLRDHUP;
  for (const EpollBit& row : kEpollBits) {
    if ((wanted & row.bit) != 0) event.events |= row.number;
  }
  event.data.u64 = token;
  return event;
}

Readiness found_in(const epoll_event& event) {
  unsigned found = 0;
  for (const EpollBit& row : kEpollBits) {
    if ((event.events & row.number) != 0) found |= row.bit;
  }
  return static_cast<Readiness>(found);
}

/// Rounded up: a wait never ends before its deadline.
int milliseconds_until(Instant deadline) {
  if (deadline == Instant::max()) return -1;
  if (deadline == Instant::min()) return 0;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - monotonic_clock().now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 0x7fff'ffff));
}

}  // namespace

EpollSet::EpollSet() noexcept
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!good()) return;
  epoll_event event = event_for(kReadable, kWakeToken);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0) wake_ = Fd{};
}

int EpollSet::add(int fd, Readiness wanted, std::uint64_t token) noexcept {
  epoll_event event = event_for(wanted, token);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

int EpollSet::change(int fd, Readiness wanted, std::uint64_t token) noexcept {
  epoll_event event = event_for(wanted, token);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0 ? 0 : -errno;
}

void EpollSet::remove(int fd) noexcept {
  epoll_event unused{};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, &unused);
}

EpollSet::Waited EpollSet::wait(std::span<Edge> out, Instant deadline) noexcept {
  std::array<epoll_event, kMostEvents> events;  // Not cleared.
  const auto most = static_cast<int>(std::min(out.size(), kMostEvents));
  const int count = ::epoll_wait(epoll_.get(), events.data(), most, milliseconds_until(deadline));
  Waited waited;
  for (const epoll_event& event :
       std::span{events}.first(static_cast<std::size_t>(std::max(0, count)))) {
    if (event.data.u64 == kWakeToken) {
      waited.kicked = true;
      continue;
    }
    out[waited.edges++] = {event.data.u64, found_in(event)};
  }
  return waited;
}

void EpollSet::kick() noexcept {
  const std::uint64_t one = 1;
  // Full after 2^64 - 2 kicks: nothing reads the counter, each write is an edge.
  static_cast<void>(::write(wake_.get(), &one, sizeof one));
}

bool EdgeSet::add(int fd) noexcept {
  if (!epoll_) epoll_ = Fd{::epoll_create1(EPOLL_CLOEXEC)};
  epoll_event every_change{};
  every_change.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &every_change) == 0 || errno == EEXIST;
}

void EdgeSet::drain() noexcept {
  std::array<epoll_event, 64> seen;  // Not cleared.
  constexpr auto kMost = static_cast<int>(seen.size());
  while (epoll_ && ::epoll_wait(epoll_.get(), seen.data(), kMost, 0) == kMost) {
  }
}

}  // namespace wsalive::os

#include "os/clock.hpp"

#include <sys/times.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "base/immortal.hpp"

namespace wsalive::os {
namespace {

class MonotonicClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const noexcept override {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return Instant{std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec}};
  }
};

}  // namespace

const Clock& monotonic_clock() noexcept {
  return the_only<MonotonicClock>();  // The library's threads use it until the process ends.
}

namespace {

using std::chrono::nanoseconds;

/// CLOCK_MONOTONIC's ticks have lain at its multiples since this kernel.
constexpr std::pair<long, long> kAligned{6, 4};

std::pair<long, long> kernel_version() noexcept {
  utsname name{};
  if (::uname(&name) != 0) return {0, 0};
  char* rest = nullptr;
  const long major = std::strtol(name.release, &rest, 10);
  const long minor = *rest == '.' ? std::strtol(rest + 1, nullptr, 10) : 0;
  return {major, minor};
}

nanoseconds now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return std::chrono::seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

}  // namespace

nanoseconds tick_length() noexcept {
  static const nanoseconds length = [] {
    timespec resolution{};
    ::clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
    const nanoseconds found =
        std::chrono::seconds{resolution.tv_sec} + nanoseconds{resolution.tv_nsec};
    return found > nanoseconds::zero() ? found : nanoseconds{std::chrono::milliseconds{10}};
  }();
  return length;
}

nanoseconds measured_tick_phase() noexcept {
  // times() counts in 10 ms, rounded down from ticks: its steps happen at ticks. A late look only adds, so the
  // smallest of a few distances counts.
  constexpr int kSteps = 3;
  nanoseconds least = tick_length();
  for (int step = 0; step < kSteps; ++step) {
    tms unused{};
    const clock_t before = ::times(&unused);
    while (::times(&unused) == before) {
    }
    least = std::min(least, now() % tick_length());
  }
  return least;
}

nanoseconds tick_phase() noexcept {
  static const nanoseconds phase =
      kernel_version() >= kAligned ? nanoseconds::zero() : measured_tick_phase();
  return phase;
}

}  // namespace wsalive::os

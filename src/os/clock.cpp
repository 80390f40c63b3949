#include "os/clock.hpp"

#include <ctime>

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
  // Never destroyed: threads of ours look at it until the process ends.
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory, bugprone-unhandled-exception-at-new)
  static const MonotonicClock& clock = *new MonotonicClock;
  return clock;
}

}  // namespace wsalive::os

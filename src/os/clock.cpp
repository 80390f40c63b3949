#include "os/clock.hpp"

#include <ctime>

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
  return the_only<MonotonicClock>();  // Threads of ours look at it until the process ends.
}

}  // namespace wsalive::os

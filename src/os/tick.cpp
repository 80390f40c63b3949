#include "os/tick.hpp"

#include <ctime>

namespace wsalive::os {

std::chrono::nanoseconds tick_length() noexcept {
  static const std::chrono::nanoseconds length = [] {
    timespec resolution{};
    ::clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
    return std::chrono::seconds{resolution.tv_sec} + std::chrono::nanoseconds{resolution.tv_nsec};
  }();
  return length;
}

}  // namespace wsalive::os

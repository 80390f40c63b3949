// How long to wait before what has ended early is begun again: so that no failure becomes a storm of new processes.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace wsalive::attach {

class Pace {
 public:
  /// It has ended after that long. \return the pause before the next one: none after one that has lasted, and after the
  /// first that has not.
  [[nodiscard]] std::chrono::milliseconds after(std::chrono::nanoseconds lasted) noexcept {
    if (lasted >= kLasting) pause_ = {};
    return std::exchange(pause_, std::clamp(2 * pause_, kShortest, kLongest));
  }

 private:
  static constexpr std::chrono::milliseconds kLasting{1000};
  static constexpr std::chrono::milliseconds kShortest{1};
  static constexpr std::chrono::milliseconds kLongest{100};
  std::chrono::milliseconds pause_{};
};

}  // namespace wsalive::attach

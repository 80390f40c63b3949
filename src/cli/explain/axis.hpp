// Where an instant lies on a drawn line. The silence before the first probe is often a thousand times as
// long as all that follows, so it gets a part of the line of its own, and the rest is drawn to scale.
#pragma once

#include <algorithm>

#include "policy/timeline.hpp"

namespace wsalive::cli::explain {

class Axis {
 public:
  /// \param quiet  The end of the silence. \param end  The last instant. Both ends of the line are
  ///               0 and 1. \param share  The part of the line that the silence gets at most.
  constexpr Axis(policy::Millis quiet, policy::Millis end, double share = 0.45) noexcept
      : quiet_(static_cast<double>(quiet.count())), end_(static_cast<double>(end.count())) {
    const double fair = end_ > 0 ? quiet_ / end_ : 1;
    share_ = end_ <= quiet_ ? 1 : std::min(fair, share);
  }

  /// Whether the silence is drawn shorter than it is.
  [[nodiscard]] constexpr bool is_broken() const noexcept {
    return end_ > quiet_ && quiet_ / end_ > share_ + 1e-9;
  }

  /// From 0 to 1.
  [[nodiscard]] constexpr double at(policy::Millis instant) const noexcept {
    const auto place = static_cast<double>(instant.count());
    if (place <= quiet_) return quiet_ > 0 ? share_ * place / quiet_ : 0;
    return std::min(1.0, share_ + (1 - share_) * (place - quiet_) / (end_ - quiet_));
  }

 private:
  double quiet_;
  double end_;
  double share_ = 1;
};

}  // namespace wsalive::cli::explain

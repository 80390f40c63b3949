// One silence's probes: how many go out unanswered before a connection is given up, and when each is due.
//
// Pure layer. N probes, I apart, as long as a peer can answer them all. But Linux answers one probe in 500 ms at most, and
// a probe that it leaves unanswered by that rule does not show whether it lives. So a series of closer probes is longer
// than N: it goes on until the peer could have answered N of them (ten, where N is more). A series is never
// shorter, and no probe and no end comes earlier.  K-52, K-53, K-57, K-59
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "policy/timing_in_force.hpp"

namespace wsalive::policy {

/// An instant or a length of time on a timeline; wide enough for 255 of the longest intervals.
using Millis = std::chrono::duration<std::int64_t, std::milli>;

/// A Linux peer answers one probe in this time at most (tcp_invalid_ratelimit).  K-52
inline constexpr Millis kPeerAnswerGap{500};

/// A Linux peer answers both of two probes that are so far apart, though timers and paths move each a little.
inline constexpr Millis kSafeAnswerGap{510};

/// How many answers must be missing, or N where that is less: Windows' own default.
inline constexpr std::uint32_t kEnoughAnswers = 10;

class Series {
 public:
  constexpr explicit Series(const Timing& timing) noexcept;

  /// Probes before the give-up: N, or more. 0: never, N = 0. At most 255.
  [[nodiscard]] constexpr std::uint32_t probes() const noexcept { return probes_; }

  /// How long the silence is when probe `k` is due, from 0; with k = `probes`, when the connection is given up.
  [[nodiscard]] constexpr Millis due(std::uint32_t k) const noexcept {
    const std::uint32_t first = std::min(k, first_);
    return idle_ + first * interval_ + (k - first) * std::max(interval_, kLeastGapOfMore);
  }

  /// How many of `sent` probes are unanswered after a silence of `silence`. The last probe left at a certain silence. If
  /// `silence` is shorter than that by more than `error`, it began after that probe, and all of them were answered.
  [[nodiscard]] constexpr std::uint32_t unanswered(std::uint32_t sent,
                                                   std::chrono::nanoseconds silence,
                                                   std::chrono::nanoseconds error) const noexcept {
    return sent != 0 && silence + error < due(sent - 1) ? 0 : sent;
  }

  /// From probe `k` to what is due after it.
  [[nodiscard]] constexpr Millis after(std::uint32_t k) const noexcept {
    return due(k + 1) - due(k);
  }

 private:
  // A longer series must not flood the peer: the first so many probes go out every I, the others at least this far apart.
  static constexpr std::uint32_t kMostEveryInterval = 128;
  static constexpr Millis kLeastGapOfMore{50};

  /// How many probes leave a peer `answers` answers, each `gap` after the one before, which came when the silence began.
  [[nodiscard]] constexpr std::uint32_t probes_for(std::uint32_t answers,
                                                   Millis gap) const noexcept;
  /// The first probe in a silence of `time` or more.
  [[nodiscard]] constexpr std::uint32_t first_from(Millis time) const noexcept;

  Millis idle_;
  Millis interval_;
  std::uint32_t first_;  ///< So many go out every I.
  std::uint32_t probes_;
};

/// Probes that go out unanswered before the connection is given up. 0 for N = 0 (never given up).
///
/// All code that counts probes asks here: the schedule, the engine's drivers, the read-back, `explain`.  K-52, K-53, K-59
constexpr std::uint32_t probes_before_give_up(const Timing& timing) noexcept {
  return Series{timing}.probes();
}

// ---------------------------------------------------------------------------------------------

constexpr Series::Series(const Timing& timing) noexcept
    : idle_(timing.idle.count()),
      interval_(std::max<std::int64_t>(timing.interval.count(), 1)),
      first_(timing.probes),
      probes_(timing.probes) {
  const bool all_are_answered = idle_ >= kSafeAnswerGap && interval_ >= kSafeAnswerGap;
  if (timing.probes == 0 || all_are_answered) return;
  // By the bare gap, because of an interval of half a second; but never on one answer alone (K-59).
  const std::uint32_t answers = std::min(probes_, kEnoughAnswers);
  if (probes_ >= probes_for(answers, kPeerAnswerGap) &&
      probes_ >= probes_for(std::min(answers, 2U), kSafeAnswerGap)) {
    return;
  }
  first_ = std::min(first_, kMostEveryInterval);
  probes_ = std::max(probes_, probes_for(answers, kSafeAnswerGap));
}

constexpr std::uint32_t Series::probes_for(std::uint32_t answers, Millis gap) const noexcept {
  std::uint32_t last = first_from(gap);
  for (std::uint32_t answer = 1; answer < answers; ++answer) last = first_from(due(last) + gap);
  return last + 1;
}

constexpr std::uint32_t Series::first_from(Millis time) const noexcept {
  const auto steps = [](Millis way, Millis step) {
    return way.count() <= 0 ? 0U : static_cast<std::uint32_t>((way + step - Millis{1}) / step);
  };
  const std::uint32_t fast = steps(time - idle_, interval_);
  if (fast <= first_) return fast;
  return first_ + steps(time - due(first_), std::max(interval_, kLeastGapOfMore));
}

}  // namespace wsalive::policy

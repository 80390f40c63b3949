// T, I and N that keep a connection alive on a path which forgets after a known time.
//
// Pure layer. The command uses these wherever it advises a time: `path`, `explain`, `lint`, and --path-timeout.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "policy/kernel_timer.hpp"

namespace wsalive::policy {

namespace detail {

/// A time as people write it: in steps that grow with it.
constexpr Millis round_down_for_people(Millis time) noexcept {
  struct Row {
    Millis from, step;
  };
  constexpr std::array kRows{Row{Millis{120'000}, Millis{10'000}},
                             Row{Millis{20'000}, Millis{5'000}}, Row{Millis{2'000}, Millis{1'000}}};
  for (const Row& row : kRows) {
    if (time >= row.from) return time - time % row.step;
  }
  return std::max(time - time % Millis{50}, Millis{50});
}

constexpr Timing five_probes(Millis idle, Millis interval) noexcept {
  constexpr std::uint8_t kProbes = 5;
  return {.idle = DwordMillis{static_cast<std::uint32_t>(idle.count())},
          .interval = DwordMillis{static_cast<std::uint32_t>(interval.count())},
          .probes = kProbes};
}

inline constexpr Millis kWholeSecond{1'000};
inline constexpr Millis kWholeFrom{2'000};  ///< From here on a time is whole seconds.

constexpr Millis idle_for_people(Millis idle, const Accuracy& accuracy) noexcept {
  const Millis round = round_down_for_people(idle);
  const bool whole = idle >= kWholeFrom || accuracy.by == KeptBy::kernel;
  return whole ? std::max(round - round % kWholeSecond, kWholeSecond) : round;
}

/// A tenth of T, or a fifth of short ones.
constexpr Millis interval_for(Millis idle, const Accuracy& accuracy) noexcept {
  constexpr Millis kLongest{30'000};
  constexpr Millis kShortest{10};
  if (idle < kWholeFrom && accuracy.by == KeptBy::engine) return std::max(idle / 5, kShortest);
  const Millis tenth = idle / 10;
  return std::clamp(tenth - tenth % kWholeSecond, kWholeSecond, kLongest);
}

/// Half of the time that the path's memory lasts after T.
constexpr Millis short_interval(Millis left, const Accuracy& accuracy) noexcept {
  constexpr Millis kStep{10};
  if (accuracy.by == KeptBy::kernel) return kWholeSecond;
  return std::clamp(left / 2 - left / 2 % kStep, kStep, kWholeSecond);
}

}  // namespace detail

/// Whether the first probe, and a second in case it is lost, come before the path forgets, even at their latest.
constexpr bool survives_a_loss(const Timing& timing, Millis forgets,
                               const Accuracy& accuracy) noexcept {
  return timing.probes > 1 && probe_span(timing, 2, accuracy).latest < forgets;
}

/// What limits the choice.
struct PathWish {
  std::optional<DwordMillis> idle{};      ///< T is given.
  std::optional<DwordMillis> interval{};  ///< I is given.
  Millis least_idle{1};                   ///< What keeps the connection can keep no shorter T.
};

/// Chooses T as half of `forgets`, and I as a tenth of T, so that the first probe and, if it is lost, the second come in time
/// even at their latest. Where T or I is given, chooses the other one in the same way, as far as it can.
///
/// \param forgets   After so much silence the path forgets, or may.
/// \param accuracy  Of what keeps the connection: the kernel has whole seconds only.
/// \return Whole seconds where T is 2 s or more, and always for the kernel. nullopt where no T that is chosen comes in time:
///         below 2 s and some ticks the kernel cannot repeat a probe, nor below twice an I that is given. A T that is given
///         is taken as it is.
constexpr std::optional<Timing> settings_for_path(Millis forgets, const Accuracy& accuracy,
                                                  const PathWish& wish = {}) noexcept {
  constexpr Millis kLongest{7'200'000};
  if (forgets <= Millis{0}) return std::nullopt;
  const auto with = [&](Millis idle) {
    const Millis own =
        wish.interval ? Millis{wish.interval->count()} : detail::interval_for(idle, accuracy);
    return detail::five_probes(idle, own);
  };
  if (wish.idle) {
    const Millis given{wish.idle->count()};
    const Timing usual = with(given);
    if (wish.interval || survives_a_loss(usual, forgets, accuracy)) return usual;
    return detail::five_probes(given, detail::short_interval(forgets - given, accuracy));
  }
  Millis idle = detail::idle_for_people(std::min(forgets / 2, kLongest), accuracy);
  idle = std::max(idle, wish.least_idle);
  while (true) {
    const Timing timing = with(idle);
    if (survives_a_loss(timing, forgets, accuracy)) return timing;
    // Only an I that is given asks for a shorter T than half.
    const Millis shorter = detail::idle_for_people(idle - Millis{1}, accuracy);
    if (!wish.interval || shorter >= idle || shorter < wish.least_idle) return std::nullopt;
    idle = shorter;
  }
}

}  // namespace wsalive::policy

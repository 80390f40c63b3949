// T, I and N that keep a connection alive on a path which forgets after a known time.
//
// Pure layer. The command says these wherever it advises a time: `path`, `explain`, `lint`, and --path-timeout.
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

/// The latest first probe comes before the path forgets, and so does the one that repeats it.
constexpr bool survives_a_loss(const Timing& timing, Millis forgets,
                               const Accuracy& accuracy) noexcept {
  return probe_span(timing, 2, accuracy).latest < forgets;
}

}  // namespace detail

/// The first probe comes at half of what is kept and the next ones at tenths of that, so that even the latest one, and
/// one repetition of it, come in time.
///
/// \param forgets   After so much silence the path forgets, or may.
/// \param accuracy  Of what keeps the connection: the kernel has whole seconds only.
/// \return Whole seconds where T is 2 s or more, and always for the kernel. nullopt where nothing comes in time: below 2 s
///         and some ticks the kernel cannot repeat a probe.
constexpr std::optional<Timing> settings_for_path(Millis forgets,
                                                  const Accuracy& accuracy) noexcept {
  constexpr Millis kLongest{7'200'000};
  constexpr Millis kSecond{1'000};
  constexpr Millis kTwoSeconds{2'000};
  constexpr Millis kLongestInterval{30'000};
  if (forgets <= Millis{0}) return std::nullopt;
  const Millis half = std::min(forgets / 2, kLongest);
  const bool whole = half >= kTwoSeconds || accuracy.by == KeptBy::kernel;
  Millis idle = detail::round_down_for_people(half);
  if (whole) idle = std::max(idle - idle % kSecond, kSecond);
  Millis interval = idle / 5;
  if (whole) {
    const Millis tenth = idle / 10;
    interval = std::clamp(tenth - tenth % kSecond, kSecond, kLongestInterval);
  }
  const Timing timing = detail::five_probes(idle, std::max(interval, Millis{10}));
  if (!detail::survives_a_loss(timing, forgets, accuracy)) return std::nullopt;
  return timing;
}

}  // namespace wsalive::policy

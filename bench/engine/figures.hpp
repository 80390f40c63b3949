// What the engine's scenes make figures of.
#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/host.hpp"
#include "support/report.hpp"

namespace wsalive::bench {

inline double tick_ms() {
  return std::chrono::duration<double, std::milli>(engine::os_ticks().length).count();
}

inline double percent_within(const std::vector<double>& values, double least, double most) {
  if (values.empty()) return 0;
  const auto inside =
      std::ranges::count_if(values, [&](double value) { return value >= least && value <= most; });
  return 100.0 * static_cast<double>(inside) / static_cast<double>(values.size());
}

/// A part of the samples is held against a bar where there are enough for one that is off not to decide.
inline std::optional<Bar> bar_for(const std::vector<double>& samples, double least) {
  constexpr std::size_t kEnough = 200;
  return samples.size() >= kEnough ? std::optional{at_least(least)} : std::nullopt;
}

inline std::string with_commas(std::size_t count) {
  return count < 1000 ? std::to_string(count) : fmt::format("{},{:03}", count / 1000, count % 1000);
}

}  // namespace wsalive::bench

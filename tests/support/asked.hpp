// A timing as a test asks for it, in milliseconds.
#pragma once

#include <cstdint>

#include "policy/timing_in_force.hpp"

namespace wsalive::test {

constexpr policy::SourcedTiming asked(std::uint32_t idle, std::uint32_t interval,
                                      std::uint8_t probes) {
  using policy::DwordMillis;
  using policy::Source;
  return {{DwordMillis{idle}, DwordMillis{interval}, probes},
          Source::socket,
          Source::socket,
          Source::registry};
}

/// The same by the kernel alone.  K-121
constexpr policy::SourcedTiming by_kernel(policy::SourcedTiming wanted) {
  wanted.precision = policy::Precision::kernel;
  return wanted;
}

}  // namespace wsalive::test

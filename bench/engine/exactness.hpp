// Whole seconds, by our engine and by the kernel alone, side by side on one machine: how late each probe of a silence and
// its end are, for a grid of T and I.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/report.hpp"

namespace wsalive::bench {

/// What is played: each T with each I, so many connections by the engine, and half as many by the kernel.
struct Grid {
  std::vector<std::chrono::seconds> idles;
  std::vector<std::chrono::seconds> intervals;
  std::size_t connections;  ///< Of the engine, over all of the grid.
};

/// Opens all connections, cuts the peers off, waits until all are given up, and reports. Needs a port of `Peers::deaf`.
void exactness(Report& report, const Grid& grid, std::uint16_t port);

}  // namespace wsalive::bench

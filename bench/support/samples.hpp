// Samples and what is read off them: medians and quartiles, which one disturbed round does not move.
#pragma once

#include <cstddef>
#include <vector>

namespace wsalive::bench {

struct Spread {
  double low = 0;  ///< A quarter lies below.
  double median = 0;
  double high = 0;  ///< A quarter lies above.
};

/// The value below which that part of the samples lies; 0 of none.
[[nodiscard]] double quantile(std::vector<double> samples, double part);
[[nodiscard]] Spread spread_of(const std::vector<double>& samples);
/// Of each pair, `over[i] / under[i]`.
[[nodiscard]] std::vector<double> ratios(const std::vector<double>& over,
                                         const std::vector<double>& under);

}  // namespace wsalive::bench

#include "support/samples.hpp"

#include <algorithm>

namespace wsalive::bench {

double quantile(std::vector<double> samples, double part) {
  if (samples.empty()) return 0;
  std::ranges::sort(samples);
  return samples[static_cast<std::size_t>(part * static_cast<double>(samples.size() - 1))];
}

Spread spread_of(const std::vector<double>& samples) {
  return {quantile(samples, 0.25), quantile(samples, 0.5), quantile(samples, 0.75)};
}

std::vector<double> ratios(const std::vector<double>& over, const std::vector<double>& under) {
  std::vector<double> each;
  for (std::size_t i = 0; i < over.size() && i < under.size(); ++i) {
    each.push_back(over[i] / under[i]);
  }
  return each;
}

}  // namespace wsalive::bench

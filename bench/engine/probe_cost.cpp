#include "engine/probe_cost.hpp"

#include <vector>

namespace wsalive::bench {

void report_probe_cost(Report& report, const std::string& group, Scene& scene,
                       const KernelProbe& kernel, Sender sender, std::chrono::milliseconds slice) {
  constexpr std::size_t kRounds = 7;
  std::vector<double> ours;
  std::vector<double> before;
  std::vector<double> after;
  (void)kernel.burst_us();  // Warm.
  for (std::size_t round = 0; round < kRounds; ++round) {
    before.push_back(kernel.burst_us());
    scene.watch(slice);
    ours.push_back(scene.cpu_each() + (sender == Sender::kernel ? before.back() : 0));
    after.push_back(kernel.burst_us());
  }
  if (quantile(before, 0) == 0) {
    return report.skip(group + ": the kernel's own probes need CAP_NET_ADMIN");
  }
  Line line;
  line.group = group;
  line.what = "a probe";
  line.unit = "us";
  line.other_name = "the kernel's own keep-alive";
  line.take_costs(ours, before, after);
  report.add(line);
}

}  // namespace wsalive::bench

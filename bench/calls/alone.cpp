// One face alone, by the wall's clock: "case<TAB>nanoseconds" for each. Built three times: for Windows (and
// run under Wine, whose server works in another process, so that no thread's own clock would do), with our
// library, and with the raw calls.
//
//   alone [MILLISECONDS]     how long each case runs

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "calls/cases.hpp"

namespace wsalive::bench {

double now_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::nano>(now).count();
}

namespace {

/// Nanoseconds for a call, over so long a time.
double measured(const Case& one, double slice_ns) {
  long rounds = 4;
  double cost = one.run(rounds);
  while (cost * static_cast<double>(rounds) < slice_ns / 8) cost = one.run(rounds *= 4);
  const double wanted = slice_ns / cost;
  return one.run(wanted > 2 ? static_cast<long>(wanted) : 2);
}

}  // namespace
}  // namespace wsalive::bench

int main(int argc, char** argv) {
  using namespace wsalive::bench;
  const double slice_ns = (argc > 1 ? std::atof(argv[1]) : 20) * 1e6;
#ifdef WSALIVE_BENCH_RAW
  const Cases cases = raw_cases();
#else
  const Cases cases = winsock_cases();
#endif
  // Until the processor has come to itself after the other program.
  constexpr double kWarm = 10;
  (void)measured(*cases.begin(), kWarm * slice_ns);
  for (const Case& each : cases) {
    std::printf("%s\t%.1f\n", each.name, measured(each, slice_ns));
    std::fflush(stdout);
  }
}

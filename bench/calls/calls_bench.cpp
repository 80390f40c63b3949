// What calls cost: ours against the raw ones, in one process, by turns of a few milliseconds.
//
// A round is raw, ours, raw again; the next one runs backwards. Its ratio is ours over the first raw
// slice beside it, and raw over raw tells in the same rounds what the machine's noise makes of a
// ratio of 1. The clock is the thread's own: nothing in the loops waits, and what other programs do to
// this one's turns does not count.
//
//   calls_bench [--quick]            the report, as JSON
//   calls_bench --only FACE [--count ROUNDS] [CASE]
//                                    runs one face alone, FACE being ours or raw: for callgrind

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "calls/cases.hpp"
#include "support/report.hpp"

namespace wsalive::bench {
namespace {

struct Effort {
  std::size_t rounds;
  double slice_ns;
};
constexpr Effort kFull{101, 2e6};
constexpr Effort kQuick{3, 2e5};

/// How many rounds of the loop take a slice.
long fitting(const Case& raw, double slice_ns) {
  for (long rounds = 4;; rounds *= 2) {
    const double took = raw.run(rounds) * static_cast<double>(rounds);
    if (took < slice_ns / 4) continue;
    return std::max(2L, static_cast<long>(static_cast<double>(rounds) * slice_ns / took));
  }
}

Line compare(const Case& ours, const Case& raw, const Effort& effort) {
  const long rounds = fitting(raw, effort.slice_ns);
  (void)ours.run(rounds);  // Warm.
  std::vector<double> left;
  std::vector<double> middle;
  std::vector<double> right;
  for (std::size_t i = 0; i < effort.rounds; ++i) {
    const double first = raw.run(rounds);
    const double second = ours.run(rounds);
    const double third = raw.run(rounds);
    const bool backwards = i % 2 != 0;
    left.push_back(backwards ? third : first);
    middle.push_back(second);
    right.push_back(backwards ? first : third);
  }
  Line line;
  line.group = "calls";
  line.what = ours.name;
  line.unit = "ns";
  line.other_name = "raw";
  line.take_costs(middle, left, right);
  line.bar = at_most(1.05);
  return line;
}

int run_only(std::string_view face, long rounds, const char* name) {
  for (const Case& each : face == "ours" ? winsock_cases() : raw_cases()) {
    if (name && std::strcmp(each.name, name) != 0) continue;
    fmt::print("{}\t{:.1f}\n", each.name, each.run(rounds));
  }
  return 0;
}

int run_all(const Effort& effort) {
  Report report;
  const Case* raw = raw_cases().begin();
  for (const Case& ours : winsock_cases()) {
    say(fmt::format("{}", ours.name));
    report.add(compare(ours, *raw++, effort));
  }
  report.print();
  return 0;
}

}  // namespace

double now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace wsalive::bench

int main(int argc, char** argv) {
  using namespace wsalive::bench;
  if (argc > 2 && std::string_view{argv[1]} == "--only") {
    const bool counted = argc > 4 && std::string_view{argv[3]} == "--count";
    const long rounds = counted ? std::atol(argv[4]) : 1000;
    const int at = counted ? 5 : 3;
    return run_only(argv[2], rounds, argc > at ? argv[at] : nullptr);
  }
  return run_all(is_quick(argc, argv) ? kQuick : kFull);
}

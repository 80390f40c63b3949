// The engine's exactness and its price: how late probes leave the wire, what the thread costs, what a
// connection weighs, for 1, 100 and 10,000 driven connections, and for 50,000 in five processes.
//
//   engine_bench [--quick]
//   engine_bench --rearm COUNT       only that scene, for a profiler
//   engine_bench --whole             only whole seconds, beside the kernel's own
//   engine_bench --usual             only what quiet connections cost

#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/exactness.hpp"
#include "engine/figures.hpp"
#include "engine/probe_cost.hpp"
#include "engine/scene.hpp"
#include "lab/namespaces.hpp"
#include "lab/network.hpp"
#include "support/pipe.hpp"
#include "support/report.hpp"

namespace wsalive::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::size_t kMany = 1000;  // From here on the timing is that of the bars.

/// How long a scene of few connections is watched.
struct Effort {
  std::vector<std::size_t> counts;
  milliseconds watched;
  bool repaired;          ///< With the scenes of repair.
  std::size_t processes;  ///< Of 10,000 connections each.
  std::optional<Grid> grid;
};
const Effort kFull{
    {1, 100, 10'000}, 8s, true, 5, Grid{{1s, 2s, 3s, 10s, 45s, 60s}, {1s, 5s}, 10'000}};
const Effort kQuick{{1}, 4s, true, 0, Grid{{1s}, {1s}, 4}};

Report::Histogram histogram_of(const std::vector<double>& values, double from, double to,
                               double step, double limit) {
  Report::Histogram buckets{from, step, limit, {}};
  buckets.counts.resize(static_cast<std::size_t>((to - from) / step) + 1);
  for (const double value : values) {
    const double at =
        std::clamp((value - from) / step, 0.0, static_cast<double>(buckets.counts.size() - 1));
    ++buckets.counts[static_cast<std::size_t>(at)];
  }
  return buckets;
}

/// Within two ticks + 1 ms; earlier than wanted only by what the kernel's own tick was late.
void report_lateness(Report& report, const std::string& group, const std::vector<double>& late) {
  const double tick = tick_ms();
  report.figure(group, "probes", static_cast<double>(late.size()), "");
  report.figure(group, "late, median", quantile(late, 0.5), "ms");
  report.figure(group, "late, 97 of 100", quantile(late, 0.97), "ms");
  report.figure(group, "late, the worst", quantile(late, 1), "ms");
  report.figure(group, "late by two ticks + 1 ms at most",
                percent_within(late, -tick, 2 * tick + 1), "%", bar_for(late, 97));
  report.figure(group, "early by more than a tick", percent_within(late, -1e9, -tick), "%",
                at_most(0));
}

policy::Timing rearm_timing(std::size_t count) {
  const bool many = count > kMany;
  return {policy::DwordMillis{many ? 10'000U : 1500U}, policy::DwordMillis{many ? 500U : 300U}, 5};
}

void rearm(Report& report, std::size_t count, std::uint16_t port, milliseconds watched) {
  const std::string group = fmt::format("engine, rearm, {} connections", with_commas(count));
  say(group);
  const bool many = count > kMany;
  const policy::Timing timing = rearm_timing(count);
  Scene scene{count, timing, port};
  scene.open(milliseconds{timing.idle});
  scene.watch(many ? 25s : watched);
  const std::vector<double> late = scene.lateness();
  report_lateness(report, group, late);
  report.figure(group, "the thread's time for a probe", scene.cpu_each(), "us");
  if (!many) return;
  report.histogram("rearm", histogram_of(late, -5, 20, 0.25, 2 * tick_ms() + 1));
  report.figure(group, "the thread's part of a core, T = 10 s", scene.cpu_percent(), "%",
                at_most(2));
  report_probe_cost(report, group, scene, KernelProbe{port}, Sender::kernel, 500ms);
  report.figure(group, "memory a connection", scene.weigh(), "bytes", at_most(64));
}

/// What the kernel does without us, with the same T and as many connections: how late is late.
void kernels_own(Report& report, std::size_t count, std::uint16_t port) {
  const std::string group =
      fmt::format("engine, the kernel's own keep-alive, {} connections", with_commas(count));
  say(group);
  const policy::Timing timing{policy::DwordMillis{10'000U}, policy::DwordMillis{1000U}, 5};
  Scene scene{count, timing, port};
  scene.open(milliseconds{timing.idle}, Drive::kernel);
  scene.watch(15s);
  const std::vector<double> late = scene.lateness();
  report.figure(group, "probes", static_cast<double>(late.size()), "");
  report.figure(group, "late, median", quantile(late, 0.5), "ms");
  report.figure(group, "late, 97 of 100", quantile(late, 0.97), "ms");
}

/// What connections cost that are as quiet as they usually are: wake-ups and time of the thread, and memory.
void usual(Report& report, std::size_t count, std::uint16_t port) {
  for (const auto& [idle, interval, probes] : {std::tuple{45s, 5s, 5}, std::tuple{7200s, 1s, 10}}) {
    const std::string group =
        fmt::format("engine, {} quiet connections of {} s / {} s / {}", with_commas(count),
                    idle.count(), interval.count(), probes);
    say(group);
    const auto ms = [](std::chrono::seconds time) {
      return policy::DwordMillis{static_cast<std::uint32_t>(time.count()) * 1000U};
    };
    Scene scene{count, {ms(idle), ms(interval), static_cast<std::uint8_t>(probes)}, port};
    scene.open(std::min<std::chrono::seconds>(idle, 45s));
    scene.watch(20s);
    report.figure(group, "wake-ups of the thread", scene.wakes_a_second(), "a second");
    report.figure(group, "the thread's part of a core", scene.cpu_percent(), "%", at_most(2));
    report.figure(group, "memory a connection", scene.weigh(), "bytes", at_most(64));
  }
}

/// The peers are cut off, so that every silence has many probes.
void repair(Report& report, std::size_t count, std::uint16_t port, milliseconds watched) {
  const std::string group = fmt::format("engine, repair, {} connections", with_commas(count));
  say(group);
  const bool many = count > kMany;
  const policy::Timing timing{policy::DwordMillis{900U}, policy::DwordMillis{many ? 2000U : 100U},
                              static_cast<std::uint8_t>(many ? 12 : 60)};
  Scene scene{count, timing, port};
  std::optional<KernelProbe> kernel;
  if (many) kernel.emplace(port);
  scene.open(milliseconds{timing.idle});
  const auto here = lab::NetworkNamespace::current();
  if (!here || !lab::apply_nft(*here, deaf_rules(port))) {
    report.skip(group + ": nft is refused here");
    return;
  }
  scene.watch(std::min(watched, milliseconds{5s}));
  const std::vector<double> apart = scene.spacing();
  report.figure(group, "spacings", static_cast<double>(apart.size()), "");
  report.figure(group, "off, 1 of 100", quantile(apart, 0.01), "ms");
  report.figure(group, "off, median", quantile(apart, 0.5), "ms");
  report.figure(group, "off, 99 of 100", quantile(apart, 0.99), "ms");
  report.figure(group, "off by 1.5 ms at most", percent_within(apart, -1.5, 1.5), "%",
                bar_for(apart, 99));
  report.figure(group, "the thread's part of a core", scene.cpu_percent(), "%");
  report.figure(group, "the thread's time for a probe", scene.cpu_each(), "us");
  if (kernel)
    report_probe_cost(report, group, scene, *kernel, Sender::engine, milliseconds{timing.interval});
  (void)lab::apply_nft(*here, "delete table inet deaf\n");
  if (many) report.histogram("repair", histogram_of(apart, -3, 3, 0.05, 1.5));
}

void write_all(int to, const void* bytes, std::size_t size) {
  const char* at = static_cast<const char*>(bytes);
  while (size != 0) {
    const ssize_t done = ::write(to, at, size);
    if (done <= 0) std::_Exit(1);
    at += done;
    size -= static_cast<std::size_t>(done);
  }
}

Pipe need_pipe() {
  Pipe made = make_pipe();
  if (!made.in) fail("pipe");
  return made;
}

/// Lets no process continue before all have come: one that evaluates its segments and closes its connections would disturb those
/// who still watch theirs.
class Gate {
 public:
  void pass() {
    write_all(come_.in.get(), "", 1);
    char go = 0;
    (void)!::read(go_.out.get(), &go, 1);
  }
  void open_after(std::size_t all) {
    std::string come(all, '\0');
    std::size_t count = 0;
    while (count < all) {
      const ssize_t got = ::read(come_.out.get(), come.data(), all - count);
      if (got <= 0) break;
      count += static_cast<std::size_t>(got);
    }
    write_all(go_.in.get(), come.data(), all);
  }

 private:
  Pipe come_ = need_pipe();
  Pipe go_ = need_pipe();
};

/// A process with namespaces, peers and connections of its own, which writes its lateness and, last, what
/// its thread took.
[[noreturn]] void work(std::size_t count, int to, Gate& gate) {
  prepare_process();
  const Peers peers;
  const policy::Timing timing = rearm_timing(count);
  Scene scene{count, timing, peers.hearing()};
  scene.open(milliseconds{timing.idle});
  scene.watch(12s, [&gate] { gate.pass(); });
  std::vector<double> said = scene.lateness();
  said.push_back(scene.cpu_percent());
  write_all(to, said.data(), said.size() * sizeof(double));
  std::exit(0);
}

void several_processes(Report& report, std::size_t processes, std::size_t each) {
  const std::string group = fmt::format("engine, rearm, {} connections in {} processes",
                                        with_commas(processes * each), processes);
  say(group);
  std::vector<Fd> results;
  std::vector<pid_t> workers;
  Gate gate;
  for (std::size_t i = 0; i < processes; ++i) {
    Pipe result = need_pipe();
    results.push_back(std::move(result.out));
    workers.push_back(::fork());
    if (workers.back() == 0) work(each, result.in.get(), gate);
  }
  gate.open_after(processes);
  std::vector<double> late;
  double cpu = 0;
  for (const Fd& result : results) {
    std::vector<double> said;
    double value = 0;
    while (::read(result.get(), &value, sizeof value) == sizeof value) said.push_back(value);
    if (said.empty()) continue;
    cpu += said.back();
    late.insert(late.end(), said.begin(), said.end() - 1);
  }
  bool all_well = true;
  for (const pid_t worker : workers) {
    int status = 0;
    all_well = ::waitpid(worker, &status, 0) == worker && status == 0 && all_well;
  }
  if (!all_well) return report.skip(group + ": a process failed");
  report_lateness(report, group, late);
  report.figure(group, "their threads' part of a core, T = 10 s", cpu, "%");
}

int run(const Effort& effort) {
  Report report;
  // First, while this process has one thread.
  if (effort.processes != 0) several_processes(report, effort.processes, 10'000);
  prepare_process();
  const Peers peers;
  for (const std::size_t count : effort.counts) {
    rearm(report, count, peers.hearing(), effort.watched);
    if (count > kMany && effort.repaired) {
      kernels_own(report, count, peers.hearing());
      usual(report, count, peers.hearing());
    }
  }
  if (effort.grid) exactness(report, *effort.grid, peers.deaf());
  for (const std::size_t count : effort.counts) {
    if (!effort.repaired) break;
    repair(report, count, peers.deaf(), effort.watched);
  }
  report.print();
  return 0;
}

}  // namespace
}  // namespace wsalive::bench

int main(int argc, char** argv) {
  using namespace wsalive::bench;
  using namespace std::chrono_literals;
  if (argc > 2 && std::string_view{argv[1]} == "--rearm") {
    return run({.counts = {std::stoul(argv[2])},
                .watched = 8s,
                .repaired = false,
                .processes = 0,
                .grid = {}});
  }
  if (argc > 1 && std::string_view{argv[1]} == "--usual") {
    Report report;
    prepare_process();
    const Peers peers;
    usual(report, 10'000, peers.hearing());
    report.print();
    return 0;
  }
  if (argc > 1 && std::string_view{argv[1]} == "--whole") {
    return run(
        {.counts = {}, .watched = {}, .repaired = false, .processes = 0, .grid = kFull.grid});
  }
  return run(is_quick(argc, argv) ? kQuick : kFull);
}

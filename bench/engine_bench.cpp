// The engine's exactness and its price: how late probes leave the wire, what the thread costs, what a
// connection weighs, for 1, 100 and 10,000 driven connections whose peers live in another process.
//
// Instants are the kernel's own stamps on loopback, in a network namespace of the program's own. The
// bars are those of the design; nothing fails by them, since they are the machine's as well.
//
// Usage: engine_bench [CONNECTIONS...]

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/make_engine.hpp"
#include "os/capture.hpp"
#include "os/clock.hpp"
#include "os/namespaces.hpp"
#include "os/network.hpp"
#include "peers.hpp"

namespace wsalive::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

[[noreturn]] void fail(const std::string& what) {
  fmt::print(stderr, "engine_bench: {}\n", what);
  std::exit(1);
}

/// CPU time that the engine's thread has used.
nanoseconds engine_cpu() {
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::string name;
    std::ifstream{task.path() / "comm"} >> name;
    long used = 0;
    if (name == "wsalive-engine" && std::ifstream{task.path() / "schedstat"} >> used) {
      return nanoseconds{used};
    }
  }
  return {};
}

/// Memory that is really there, shared included.
long resident_kib() {
  std::ifstream rollup{"/proc/self/smaps_rollup"};
  for (std::string word; rollup >> word;) {
    long kib = 0;
    if (word == "Rss:" && rollup >> kib) return kib;
  }
  return 0;
}

struct Spread {
  std::vector<double> values;

  [[nodiscard]] double at(double part) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
  }
  [[nodiscard]] double within(double least, double most) const {
    if (values.empty()) return 0;
    const auto inside = std::ranges::count_if(
        values, [&](double value) { return value >= least && value <= most; });
    return 100.0 * static_cast<double>(inside) / static_cast<double>(values.size());
  }
};

double in_ms(nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

class Run {
 public:
  Run(std::size_t count, const policy::Timing& timing, std::uint16_t port)
      : count_(count), timing_(timing), port_(port) {
    auto capture = os::Capture::start("lo", 262'144);
    if (!capture) fail("the capture was refused");
    capture_.emplace(std::move(*capture));
    engine_ = engine::make_engine(engine::os_host(), os::monotonic_clock());
  }

  /// Connections come evenly over `over`, so that their phases are spread.
  void open(nanoseconds over) {
    const policy::SourcedTiming wanted{timing_, policy::Source::socket, policy::Source::socket,
                                       policy::Source::socket};
    sockets_.reserve(count_);
    const Instant begin = os::monotonic_clock().now();
    for (std::size_t i = 0; i < count_; ++i) {
      sleep_until(begin + over * static_cast<long>(i) / static_cast<long>(count_));
      sockets_.push_back(connect_to(port_));
      if (!engine_->switch_on(sockets_[i].get(), wanted, engine::KernelSwitch::untouched)) {
        fail("keep-alive was refused");
      }
    }
  }

  /// What driving weighs: the same connections with a new engine.
  void weigh() {
    engine_ = engine::make_engine(engine::os_host(), os::monotonic_clock());
    // The first pays for the thread.
    (void)engine_->switch_on(sockets_[0].get(), {timing_}, engine::KernelSwitch::on);
    std::this_thread::sleep_for(50ms);
    const long before = resident_kib();
    for (const Fd& socket : sockets_) {
      (void)engine_->switch_on(socket.get(), {timing_}, engine::KernelSwitch::on);
    }
    bytes_each_ = static_cast<double>(resident_kib() - before) * 1024 / static_cast<double>(count_);
  }

  void watch(nanoseconds time) {
    (void)taken();
    const nanoseconds before = engine_cpu();
    std::this_thread::sleep_for(time);
    cpu_percent_ = 100 * in_ms(engine_cpu() - before) / in_ms(time);
    segments_ = taken();
  }

  /// From the last segment heard to the probe, less T.
  Spread lateness() {
    Spread late;
    std::map<std::uint16_t, Instant> heard;
    for (const os::Segment& segment : segments_) {
      const bool from_peer = segment.from.port == port_;
      const std::uint16_t ours = from_peer ? segment.to.port : segment.from.port;
      if (from_peer) {
        heard[ours] = segment.at;
      } else if (heard.contains(ours)) {
        late.values.push_back(in_ms(segment.at - heard[ours] - milliseconds{timing_.idle}));
        heard.erase(ours);
      }
    }
    return late;
  }

  /// From a probe to the next of the same silence, less I.
  Spread spacing() {
    Spread apart;
    std::map<std::uint16_t, Instant> last;
    for (const os::Segment& segment : segments_) {
      if (segment.to.port != port_ || segment.has(os::rst)) continue;
      const auto before = last.find(segment.from.port);
      if (before != last.end()) {
        apart.values.push_back(in_ms(segment.at - before->second - milliseconds{timing_.interval}));
      }
      last[segment.from.port] = segment.at;
    }
    return apart;
  }

  [[nodiscard]] double cpu_percent() const { return cpu_percent_; }
  [[nodiscard]] double bytes_each() const { return bytes_each_; }

 private:
  static void sleep_until(Instant instant) {
    std::this_thread::sleep_until(
        std::chrono::steady_clock::time_point{instant.time_since_epoch()});
  }
  std::vector<os::Segment> taken() {
    auto segments = capture_->take();
    if (!segments) fail("the capture lost packets");
    return std::move(*segments);
  }

  std::size_t count_;
  policy::Timing timing_;
  std::uint16_t port_;
  std::optional<os::Capture> capture_;
  std::unique_ptr<engine::Engine> engine_;
  std::vector<Fd> sockets_;
  std::vector<os::Segment> segments_;
  double cpu_percent_ = 0;
  double bytes_each_ = 0;
};

void line(std::string_view driver, std::size_t count, std::string_view what, double value,
          std::string_view unit, std::string_view bar, bool met) {
  fmt::print("{:<7} {:>6}  {:<34} {:>9.2f} {:<6} {:<12} {}\n", driver, count, what, value, unit,
             bar,
             bar.empty() ? ""
             : met       ? "met"
                         : "MISSED");
}

void rearm(std::size_t count, std::uint16_t port) {
  const bool many = count > 1000;
  const policy::Timing timing{policy::DwordMillis{many ? 10'000U : 1500U},
                              policy::DwordMillis{many ? 500U : 300U}, 5};
  Run run{count, timing, port};
  run.open(milliseconds{timing.idle});
  run.watch(many ? 25s : 8s);
  run.weigh();
  Spread late = run.lateness();
  const double tick = in_ms(engine::os_ticks().length);
  line("rearm", count, "probes", static_cast<double>(late.values.size()), "", "", true);
  line("rearm", count, "late p50", late.at(0.5), "ms", "", true);
  line("rearm", count, "late p97", late.at(0.97), "ms", "", true);
  line("rearm", count, "late max", late.at(1), "ms", "", true);
  const double within = late.within(-tick, 2 * tick + 1);
  line("rearm", count, "within two ticks + 1 ms", within, "%", ">= 97 %", within >= 97);
  const double early = 100 - late.within(-0.05, 1e9);
  line("rearm", count, "early (the kernel's tick was late)", early, "%", "", true);
  if (many)
    line("rearm", count, "engine's CPU, T = 10 s", run.cpu_percent(), "%", "< 2 %",
         run.cpu_percent() < 2);
  if (many)
    line("rearm", count, "memory a connection", run.bytes_each(), "bytes", "<= 64",
         run.bytes_each() <= 64);
}

void repair(std::size_t count, std::uint16_t port) {
  const bool many = count > 1000;
  const policy::Timing timing{policy::DwordMillis{900U}, policy::DwordMillis{many ? 2000U : 100U},
                              static_cast<std::uint8_t>(many ? 5 : 60)};
  Run run{count, timing, port};
  run.open(milliseconds{timing.idle});
  const auto here = os::NetworkNamespace::current();
  const std::string rules = fmt::format(
      "table inet deaf {{\n chain in {{\n type filter hook input priority 0;\n tcp dport {} "
      "drop;\n }}\n}}\n",
      port);
  if (!here || !os::apply_nft(*here, rules)) fail("nft was refused");
  run.watch(5s);
  (void)os::apply_nft(*here, "delete table inet deaf\n");
  Spread apart = run.spacing();
  line("repair", count, "spacings", static_cast<double>(apart.values.size()), "", "", true);
  line("repair", count, "spacing off, p1", apart.at(0.01), "ms", "", true);
  line("repair", count, "spacing off, p50", apart.at(0.5), "ms", "", true);
  line("repair", count, "spacing off, p99", apart.at(0.99), "ms", "", true);
  const double within = apart.within(-1.5, 1.5);
  line("repair", count, "spacing within 1.5 ms", within, "%", ">= 99 %", within >= 99);
  line("repair", count, "engine's CPU", run.cpu_percent(), "%", "", true);
}

int main_program(const std::vector<std::size_t>& counts) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (const Status entered = os::enter_private_namespaces(); !entered) {
    fail(std::string{"namespaces are denied here: "} + entered.error().attempt);
  }
  (void)os::set_sysctl("net/ipv4/ip_local_port_range", "1024 65000");
  const Peers peers;  // Another process.
  fmt::print("{:<7} {:>6}  {:<34} {:>9} {:<6} {:<12}\n", "driver", "conns", "what", "", "", "bar");
  for (const std::size_t count : counts) rearm(count, peers.hearing());
  for (const std::size_t count : counts) repair(count, peers.deaf());
  return 0;
}

}  // namespace
}  // namespace wsalive::bench

int main(int argc, char** argv) {
  std::vector<std::size_t> counts;
  for (int i = 1; i < argc; ++i) counts.push_back(std::strtoul(argv[i], nullptr, 10));
  if (counts.empty()) counts = {1, 100, 10'000};
  return wsalive::bench::main_program(counts);
}

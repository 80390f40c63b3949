#include "engine/scene.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <thread>

#include "lab/namespaces.hpp"
#include "os/clock.hpp"
#include "os/file/descriptor.hpp"
#include "os/tcp/keepalive_values.hpp"

namespace wsalive::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// What the engine's thread has used.
struct Used {
  nanoseconds cpu{};
  long wakes = 0;  ///< It slept before each.
};

Used engine_used() {
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::string name;
    std::ifstream{task.path() / "comm"} >> name;
    long used = 0;
    if (name != "wsalive-engine" || !(std::ifstream{task.path() / "schedstat"} >> used)) continue;
    long wakes = 0;
    std::ifstream status{task.path() / "status"};
    for (std::string word; status >> word && word != "voluntary_ctxt_switches:";) {
    }
    status >> wakes;
    return {nanoseconds{used}, wakes};
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

double in_ms(nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

void sleep_until(Instant instant) {
  std::this_thread::sleep_until(std::chrono::steady_clock::time_point{instant.time_since_epoch()});
}

}  // namespace

void fail(const std::string& what) {
  fmt::print(stderr, "engine_bench: {}\n", what);
  std::exit(1);
}

void prepare_process() {
  (void)os::raise_descriptor_limit(std::numeric_limits<std::size_t>::max());
  if (const Status entered = lab::enter_private_namespaces(); !entered) {
    fail(std::string{"namespaces are denied here: "} + entered.error().attempt);
  }
  (void)lab::set_sysctl("net/ipv4/ip_local_port_range", "1024 65000");
}

Scene::Scene(std::size_t count, const policy::Timing& timing, std::uint16_t port)
    : count_(count), timing_(timing), port_(port) {
  auto capture = lab::Capture::start("lo", 262'144);
  if (!capture) fail("the capture was refused");
  capture_.emplace(std::move(*capture));
  engine_ = engine::make_engine(engine::os_host(), os::monotonic_clock());
}

void Scene::open(nanoseconds over, Drive drive) {
  sockets_.reserve(count_);
  const Instant begin = os::monotonic_clock().now();
  for (std::size_t i = 0; i < count_; ++i) {
    sleep_until(begin + over * static_cast<long>(i) / static_cast<long>(count_));
    sockets_.push_back(connect_to(port_));
    start_keep_alive(*engine_, sockets_[i], timing_, drive);
  }
}

void start_keep_alive(engine::Engine& engine, const Fd& socket, const policy::Timing& timing,
                      Drive drive) {
  if (drive == Drive::engine) {
    const policy::SourcedTiming wanted{timing, policy::Source::socket, policy::Source::socket,
                                       policy::Source::socket};
    if (engine.switch_on(socket.get(), wanted)) return;
  } else {
    const auto seconds = [](policy::DwordMillis time) {
      return static_cast<int>(time.count()) / 1000;
    };
    if (os::set_keep_alive_interval(socket.get(), seconds(timing.interval)) &&
        os::set_keep_alive_count(socket.get(), timing.probes) &&
        os::set_keep_alive_idle(socket.get(), seconds(timing.idle)) &&
        os::set_keep_alive_switch(socket.get(), os::Switch::on)) {
      return;
    }
  }
  fail("keep-alive was refused");
}

std::string deaf_rules(std::uint16_t port) {
  return fmt::format(
      "table inet deaf {{\n chain in {{\n type filter hook input priority 0;\n tcp dport {} "
      "drop;\n }}\n}}\n",
      port);
}

void Scene::watch(nanoseconds time, const std::function<void()>& before_the_look) {
  (void)taken();
  const Used before = engine_used();
  std::this_thread::sleep_for(time);
  const Used after = engine_used();
  cpu_ = in_ms(after.cpu - before.cpu) / 1000;
  wakes_ = after.wakes - before.wakes;
  watched_ = in_ms(time) / 1000;
  if (before_the_look) before_the_look();
  segments_ = taken();
}

double Scene::weigh() {
  engine_ = engine::make_engine(engine::os_host(), os::monotonic_clock());
  // The first pays for the thread.
  (void)engine_->switch_on(sockets_[0].get(), {timing_});
  std::this_thread::sleep_for(50ms);
  const long before = resident_kib();
  for (const Fd& socket : sockets_) {
    (void)engine_->switch_on(socket.get(), {timing_});
  }
  return static_cast<double>(resident_kib() - before) * 1024 / static_cast<double>(count_);
}

std::vector<double> Scene::lateness() const {
  std::vector<double> late;
  std::map<std::uint16_t, Instant> heard;
  for (const lab::Segment& segment : segments_) {
    const bool from_peer = segment.from.port == port_;
    const std::uint16_t ours = from_peer ? segment.to.port : segment.from.port;
    if (from_peer) {
      heard[ours] = segment.at;
    } else if (heard.contains(ours)) {
      late.push_back(in_ms(segment.at - heard[ours] - milliseconds{timing_.idle}));
      heard.erase(ours);
    }
  }
  return late;
}

std::vector<double> Scene::spacing() const {
  std::vector<double> apart;
  std::map<std::uint16_t, Instant> last;
  for (const lab::Segment& segment : segments_) {
    if (!is_probe(segment)) continue;
    const auto before = last.find(segment.from.port);
    if (before != last.end()) {
      apart.push_back(in_ms(segment.at - before->second - milliseconds{timing_.interval}));
    }
    last[segment.from.port] = segment.at;
  }
  return apart;
}

double Scene::cpu_each() const {
  const auto probes = std::ranges::count_if(
      segments_, [this](const lab::Segment& segment) { return is_probe(segment); });
  return probes == 0 ? 0 : cpu_ * 1e6 / static_cast<double>(probes);
}

std::vector<lab::Segment> Scene::taken() {
  auto segments = capture_->take();
  if (!segments) fail("the capture lost packets");
  return std::move(*segments);
}

}  // namespace wsalive::bench

// Completion ports: echo servers of the same shape, one thread each, under the same load.
//
// All servers run from the beginning, and the load goes to them by turns, an eighth of a second each.
// The ratio is the yardstick's rate over ours, so that it is above 1 where ours is slower, as with costs.
//
//   port_bench [--quick] [--beside NAME COMMAND...]     with one server more, which says its port as ours do

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "port/load.hpp"
#include "support/helper.hpp"
#include "support/places.hpp"
#include "support/report.hpp"

namespace wsalive::bench {
namespace {

using std::chrono::milliseconds;

struct Effort {
  std::size_t rounds;
  milliseconds slice;
};
constexpr Effort kFull{11, milliseconds{120}};
constexpr Effort kQuick{1, milliseconds{30}};

constexpr const char* kYardstick = "raw epoll";
constexpr const char* kYardstickAgain = "raw epoll again";  // A against A.

/// A running server and the load on it.
struct Contender {
  std::string name;
  Helper server;
  Load load;
  std::vector<double> rates;
};

using Measure = std::function<double(Load&, std::chrono::nanoseconds)>;

struct Scene {
  std::string what;
  Measure measure;
};

/// A server that can be started.
struct Server {
  std::string name;
  std::vector<std::string> command;
};

std::vector<Server> servers_of(int argc, char** argv) {
  const std::string folder = own_folder() + "/";
  std::vector<Server> all{{"completion port", {folder + "echo_port"}},
                          {kYardstick, {folder + "echo_epoll"}},
                          {"io_uring", {folder + "echo_uring"}},
                          {"Asio", {folder + "echo_asio"}},
                          {kYardstickAgain, {folder + "echo_epoll"}}};
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto beside = std::ranges::find(words, "--beside");
  if (words.end() - beside > 2) all.push_back({beside[1], {beside + 2, words.end()}});
  return all;
}

std::vector<Contender> start_all(const std::vector<Server>& servers, Report& report) {
  std::vector<Contender> all;
  for (const Server& each : servers) {
    auto server = Helper::start(each.command);
    const auto port = server ? server->hear() : std::nullopt;
    if (!port) {
      report.skip(fmt::format("the echo server on {}: it is not built here, or denied", each.name));
      continue;
    }
    const auto number = static_cast<std::uint16_t>(std::stoul(*port));
    all.push_back({each.name, std::move(*server), Load{number}, {}});
  }
  return all;
}

std::optional<Bar> bar_against(const std::string& name) {
  if (name == kYardstick) return at_most(1.15);
  if (name == "Asio") return at_most(1.0);
  return std::nullopt;
}

/// The yardstick's rates over those of its twin, in the same rounds.
std::optional<Spread> noise_among(const std::vector<Contender>& all) {
  const auto one = std::ranges::find(all, kYardstick, &Contender::name);
  const auto twin = std::ranges::find(all, kYardstickAgain, &Contender::name);
  if (one == all.end() || twin == all.end()) return std::nullopt;
  return spread_of(ratios(one->rates, twin->rates));
}

void report_scene(const std::vector<Contender>& all, const std::string& what, std::size_t rounds,
                  Report& report) {
  const Contender& ours = all.front();
  const std::optional<Spread> noise = noise_among(all);
  for (const Contender& other : all) {
    if (&other == &ours || other.name == kYardstickAgain) continue;
    Line line;
    line.group = "completion port";
    line.what = what;
    line.unit = "/s";
    line.ours = quantile(ours.rates, 0.5);
    line.other_name = other.name;
    line.other = quantile(other.rates, 0.5);
    line.ratio = spread_of(ratios(other.rates, ours.rates));
    line.null_ratio = noise;
    line.rounds = rounds;
    line.bar = bar_against(other.name);
    report.add(line);
  }
}

void measure(std::vector<Contender>& all, const Scene& scene, const Effort& effort,
             Report& report) {
  say(scene.what);
  for (Contender& each : all) {
    each.rates.clear();
    (void)scene.measure(each.load, milliseconds{20});  // Warm; connections are made.
  }
  for (std::size_t round = 0; round < effort.rounds; ++round) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      Contender& each = all[round % 2 == 0 ? i : all.size() - 1 - i];
      each.rates.push_back(scene.measure(each.load, effort.slice));
    }
  }
  report_scene(all, scene.what, effort.rounds, report);
}

std::vector<Scene> scenes() {
  std::vector<Scene> all;
  for (const std::size_t count : {1U, 64U, 1000U}) {
    all.push_back({fmt::format("echo of 64 bytes, {} at once", count),
                   [=](Load& load, auto time) { return load.echo(count, 64, time); }});
  }
  for (const std::size_t kib : {1U, 64U}) {
    all.push_back({fmt::format("echo of {} KiB, 64 at once", kib),
                   [=](Load& load, auto time) { return load.echo(64, kib * 1024, time); }});
  }
  for (const std::size_t count : {1U, 64U, 1000U}) {
    all.push_back({fmt::format("accept, echo of a byte, reset, {} at once", count),
                   [=](Load& load, auto time) { return load.accepts(count, time); }});
  }
  return all;
}

int run(const std::vector<Server>& servers, const Effort& effort) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  Report report;
  const Places places;
  places.take_last();
  std::vector<Contender> all = start_all(servers, report);
  places.take_first();
  if (all.empty() || all.front().name != "completion port") {
    fmt::print(stderr, "port_bench: our own server does not start\n");
    return 1;
  }
  for (const Scene& scene : scenes()) measure(all, scene, effort, report);
  report.print();
  return 0;
}

}  // namespace
}  // namespace wsalive::bench

int main(int argc, char** argv) {
  using namespace wsalive::bench;
  return run(servers_of(argc, argv), is_quick(argc, argv) ? kQuick : kFull);
}

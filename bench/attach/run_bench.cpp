// What `wsalive run` costs a new connection, each way against none: the same program (connector.cpp) runs as it
// is, with keep-alive calls of its own, and by bpf, preload and seccomp, all at once, and makes connections by
// turns. Its peer is outside. One connection is socket, connect, close.
//
//   run_bench [--quick]

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "peers.hpp"
#include "support/helper.hpp"
#include "support/places.hpp"
#include "support/report.hpp"

namespace wsalive::bench {
namespace {

struct Effort {
  std::size_t rounds;
  int connections;
};
constexpr Effort kFull{101, 100};
constexpr Effort kQuick{3, 20};

constexpr const char* kOwnCalls = "the program's own calls";

struct Way {
  std::string name;
  Helper program;
  std::vector<double> costs;
};

/// One slice; nullopt if the program has ended.
std::optional<double> ask(Helper& program, int connections) {
  program.tell(std::to_string(connections));
  const auto answer = program.hear();
  return answer ? std::optional{std::stod(*answer)} : std::nullopt;
}

std::vector<Way> start_all(std::uint16_t port, Report& report) {
  const std::string connector = own_folder() + "/connector";
  const std::string command = own_folder() + "/../bin/wsalive";
  std::vector<Way> ways;
  for (const std::string name : {"none", kOwnCalls, "bpf", "preload", "seccomp", "none again"}) {
    std::vector<std::string> words{connector, std::to_string(port)};
    if (name == kOwnCalls) {
      words.emplace_back("own");
    } else if (!name.starts_with("none")) {
      const std::vector<std::string> run{command, "run",      "--quiet", "--via",
                                         name,    "--time",   "45s",     "--interval",
                                         "5s",    "--probes", "5",       "--"};
      words.insert(words.begin(), run.begin(), run.end());
    }
    auto program = Helper::start(words);
    if (!program || !ask(*program, 1)) {
      report.skip(fmt::format("run --via {}: this host refuses it", name));
      continue;
    }
    ways.push_back({name, std::move(*program), {}});
  }
  return ways;
}

std::vector<double> differences(const std::vector<double>& from, const std::vector<double>& base) {
  std::vector<double> each;
  for (std::size_t i = 0; i < from.size(); ++i) each.push_back(from[i] - base[i]);
  return each;
}

void add_lines(const std::vector<Way>& ways, Report& report) {
  const auto find = [&](const std::string& name) {
    return std::ranges::find(ways, name, &Way::name);
  };
  const auto none = find("none");
  const auto again = find("none again");
  for (const Way& way : ways) {
    if (way.name.starts_with("none")) continue;
    Line line;
    line.group = "run, a new connection";
    line.what = way.name == kOwnCalls ? way.name : "by " + way.name;
    line.unit = "ns";
    line.other_name = "none";
    line.take_costs(way.costs, none->costs, again->costs);
    if (way.name == "bpf") line.bar = at_most(1.02);
    if (way.name == "preload") line.bar = at_most(1.05);
    report.add(line);
    if (way.name != "seccomp") continue;
    const double more = quantile(differences(way.costs, none->costs), 0.5) / 1000;
    report.figure(line.group, "by seccomp, more than none", more, "us", at_most(30));
  }
}

int run(const Effort& effort) {
  Report report;
  const Places places;
  places.take_first();
  const Peers peers;
  places.take_last();
  std::vector<Way> ways = start_all(peers.hearing(), report);
  if (ways.empty()) {
    fmt::print(stderr, "run_bench: the connecting program does not start\n");
    return 1;
  }
  say("each way by turns");
  for (std::size_t round = 0; round < effort.rounds; ++round) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      Way& way = ways[round % 2 == 0 ? i : ways.size() - 1 - i];
      const auto cost = ask(way.program, effort.connections);
      if (!cost) {
        fmt::print(stderr, "run_bench: the program run by {} ended early\n", way.name);
        return 1;
      }
      way.costs.push_back(*cost);
    }
  }
  add_lines(ways, report);
  report.print();
  return 0;
}

}  // namespace
}  // namespace wsalive::bench

int main(int argc, char** argv) {
  using namespace wsalive::bench;
  return run(is_quick(argc, argv) ? kQuick : kFull);
}

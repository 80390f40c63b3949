// wsalive path: how long a path keeps an idle connection. The planning is policy/path_search.hpp's.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/commands/commands.hpp"
#include "cli/duration_option.hpp"
#include "cli/path/path_report.hpp"
#include "cli/path/progress.hpp"
#include "cli/path/search_run.hpp"
#include "cli/path/state_file.hpp"
#include "cli/path/target.hpp"
#include "os/address_text.hpp"
#include "os/clock.hpp"

namespace wsalive::cli {
namespace {

using policy::Millis;
using policy::PathFinding;

constexpr std::size_t kFewest = 2;
constexpr std::size_t kMost = 200;

class Path final : public Command {
 public:
  void declare(CLI::App& parser) override {
    parser.add_option("far-end", target_, "Where to connect to: HOST:PORT, any TCP server")
        ->required()
        ->type_name("HOST:PORT");
    add_duration(parser, "--max", longest_, "Longest idle time to try (2h 5min)");
    parser.add_option("--connections", connections_, "How many wait at the same time (12)")
        ->type_name("COUNT")
        ->check(CLI::Range(kFewest, kMost));
    parser.add_flag("--fresh", fresh_, "Forget what an interrupted search has found");
  }

  Outcome run() override {
    constexpr Millis kLeast{1'000};
    constexpr Millis kLongest{7 * 86'400'000};
    if (longest_ && (*longest_ < kLeast || *longest_ > kLongest)) {
      return tl::unexpected(
          Failure{.code = ExitCode::usage,
                  .attempt = "cannot search up to",
                  .subject = policy::format_duration(*longest_),
                  .reason = "--max takes 1s to 7d",
                  .remedy = "the kernel sends no probe before a second of silence"});
    }
    const Fallible<path::Target> target = path::find_target(target_);
    if (!target) return tl::unexpected(target.error());
    auto state = path::StateFile::open(target_);
    if (!state) return tl::unexpected(state.error());
    const auto earlier = fresh_ ? std::vector<policy::PathObservation>{} : state->load();
    return search(*target, *state, earlier);
  }

 private:
  Outcome search(const path::Target& target, const path::StateFile& state,
                 const std::vector<policy::PathObservation>& earlier) {
    policy::PathWish wish;
    wish.longest = longest_.value_or(wish.longest);
    wish.connections = connections_;
    policy::PathSearch planner{wish, earlier};
    if (!earlier.empty()) {
      fmt::print(stderr,
                 "wsalive path: going on from an interrupted search: {} (--fresh begins anew)\n",
                 known(planner));
    }
    os::StopSignals stop;
    path::SearchRun run{planner, target.endpoint, os::monotonic_clock(), stop};
    path::Progress progress;
    const path::RunEnd end = run.run([&](const path::Moment& moment) {
      if (moment.news) (void)state.save(planner.observations());
      progress.show(moment);
    });
    progress.clear();
    if (end == path::RunEnd::stopped) interrupted(planner, run.signal());
    if (planner.observations().empty()) return tl::unexpected(unreachable(target, run.refusal()));
    const policy::PathResult result = planner.result();
    if (result.finding != PathFinding::unreachable) state.remove();
    const bool clear =
        result.finding == PathFinding::forgets || result.finding == PathFinding::keeps;
    path::Found found{.target = target.host,
                      .address = os::format_endpoint(target.endpoint),
                      .result = result,
                      .observations = planner.observations(),
                      .took = run.took(),
                      .connections = run.opened()};
    return Answer{std::make_unique<path::PathReport>(std::move(found)),
                  static_cast<int>(clear ? ExitCode::ok : ExitCode::findings)};
  }

  static std::string known(const policy::PathSearch& planner) {
    const auto shown = [](Millis time) { return policy::format_duration(time); };
    std::string text = planner.kept() == Millis{} ? std::string{"nothing is known to be kept"}
                                                  : "kept after " + shown(planner.kept());
    if (planner.lost()) text += ", lost after " + shown(*planner.lost());
    return text;
  }

  /// Says how to go on, and ends as the signal ends a program.
  [[noreturn]] void interrupted(const policy::PathSearch& planner, int signal) const {
    fmt::print(stderr,
               "wsalive path: interrupted; so far {}; the same command goes on from there\n",
               known(planner));
    os::StopSignals::end_by(signal);
  }

  static Failure unreachable(const path::Target& target, int error) {
    return {.code = ExitCode::failed,
            .attempt = "cannot connect to",
            .subject = os::format_endpoint(target.endpoint),
            .reason = error != 0 ? ::strerrordesc_np(error) : "it ends every connection at once",
            .remedy = "name a host and port where a TCP server listens"};
  }

  std::string target_;
  std::optional<Millis> longest_;
  std::size_t connections_ = policy::PathWish{}.connections;
  bool fresh_ = false;
};

}  // namespace

std::unique_ptr<Command> make_path() { return std::make_unique<Path>(); }

}  // namespace wsalive::cli

// wsalive path: how long a path keeps an idle connection. The planning is path/plan/search.hpp's.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/option_types.hpp"
#include "cli/frame/out.hpp"
#include "cli/live/keepalive_text.hpp"
#include "cli/path/far_end.hpp"
#include "cli/path/path_report.hpp"
#include "cli/path/path_words.hpp"
#include "cli/path/progress.hpp"
#include "cli/path/state_file.hpp"
#include "os/clock.hpp"
#include "os/socket/address.hpp"
#include "path/protocol_io.hpp"
#include "path/search_run.hpp"

namespace wsalive::cli {
namespace {

using path::CallEnd;
using path::FarEnd;
using path::PathFinding;
using policy::Millis;

constexpr std::size_t kFewestLanes = 2;
constexpr std::size_t kMostLanes = 200;

/// One direction: its plan, and where it is kept over an interrupt.
struct Way {
  path_command::StateFile state;
  path::PathSearch plan;

  [[nodiscard]] std::string known() const {
    const auto shown = [](Millis time) { return policy::format_duration(time); };
    std::string text = plan.kept() == Millis{} ? std::string{"nothing is known to be kept"}
                                               : "kept after " + shown(plan.kept());
    if (plan.lost()) text += ", lost after " + shown(*plan.lost());
    return text;
  }

  [[nodiscard]] path_command::FoundWay found(const path::Lane& lane) const {
    return {.way = {plan.result(), lane.revivals()}, .observations = plan.observations()};
  }
};

/// Why there is no `wsalive serve`.
std::string reason_of(const CallEnd& end) {
  switch (end.kind) {
    case CallEnd::Kind::foreign: {
      if (end.said.empty()) return "it is no wsalive serve: it says nothing";
      std::string said = end.said.substr(0, 40);
      for (char& c : said) c = c < ' ' || c > '~' ? '.' : c;
      return fmt::format("it is no wsalive serve: it says '{}'", said);
    }
    case CallEnd::Kind::refused:
      return end.word == path::PathWord::no_share  ? "it has enough connections from here"
             : end.word == path::PathWord::no_pace ? "it gets too many connections"
             : end.word == path::PathWord::no_room ? "all its connections are taken"
                                                   : "it does not understand this version";
    default:
      return ::strerrordesc_np(end.error);
  }
}

Failure no_far_end(const path_command::Target& target, const CallEnd& end) {
  const bool key = end.kind == CallEnd::Kind::refused && end.word == path::PathWord::no_key;
  return failure_of(key ? Message::wrong_key : Message::no_serve, "cannot measure with",
                    os::format_endpoint(target.endpoint), {reason_of(end)});
}

class Path final : public Command {
 public:
  void declare(CLI::App& parser) override {
    parser.add_option("far-end", target_, "Any TCP server; HOST is enough with --with-serve")
        ->required()
        ->type_name("HOST:PORT");
    add_duration(parser, "--max", longest_, "Longest idle time to try (2h 5min)");
    add_count(parser, "--connections", connections_, {kFewestLanes, kMostLanes},
              "How many wait at the same time, 2 to 200 (12)");
    parser.add_flag("--with-serve", with_serve_,
                    "At the far end is `wsalive serve`: measure both directions");
    parser.add_option("--key-file", key_file_, "The key of that far end; implies --with-serve")
        ->type_name("FILE");
    parser.add_flag("--no-trial", no_trial_,
                    "Do not hold a connection with the settings found, to see that they keep it");
    parser.add_flag("--fresh", fresh_, "Forget what an interrupted search has found");
  }

  Outcome run() override {
    constexpr Millis kLeast{1'000};
    constexpr Millis kLongest{7 * 86'400'000};
    if (longest_ && (*longest_ < kLeast || *longest_ > kLongest)) {
      return tl::unexpected(failure_of(
          Message::out_of_range, "cannot search up to", policy::format_duration(*longest_),
          {"--max takes 1s to 7d", "the kernel sends no probe before a second of silence"}));
    }
    with_serve_ = with_serve_ || !key_file_.empty();
    const Fallible<path_command::Target> target = path_command::find_target(
        target_, with_serve_ ? std::optional{path::kServePort} : std::nullopt);
    if (!target) return tl::unexpected(target.error());
    FarEnd far_end{target->endpoint, std::nullopt, path::random_digits(path::kPathIdSize)};
    if (!key_file_.empty()) {
      auto key = path_command::read_key(key_file_);
      if (!key) return tl::unexpected(key.error());
      far_end.key.emplace(std::move(*key));
    }
    return with_serve_ ? search_both(*target, far_end) : search_one(*target, far_end);
  }

 private:
  Fallible<Way> direction(const std::string& name) const {
    auto state = path_command::StateFile::open(name);
    if (!state) return tl::unexpected(state.error());
    const auto earlier = fresh_ ? std::vector<path::PathObservation>{} : state->load();
    path::PathWish wish;
    wish.longest = longest_.value_or(wish.longest);
    wish.connections = connections_;
    Way made{std::move(*state), path::PathSearch{wish, earlier}};
    if (!earlier.empty()) {
      say(fmt::format("wsalive path: going on from an interrupted search: {} (--fresh begins anew)",
                      made.known()));
    }
    return made;
  }

  Outcome search_one(const path_command::Target& target, const FarEnd& far_end) {
    auto outward = direction(target_);
    if (!outward) return tl::unexpected(outward.error());
    os::StopSignals stop;
    path::SearchRun run{outward->plan, far_end, os::monotonic_clock(), stop};
    return play(target, run, *outward, nullptr);
  }

  Outcome search_both(const path_command::Target& target, const FarEnd& far_end) {
    // Of their own: a search without `wsalive serve` is of another port, and of one direction.
    const std::string name = os::format_endpoint(target.endpoint);
    auto outward = direction(name + " outward");
    if (!outward) return tl::unexpected(outward.error());
    auto inward = direction(name + " inward");
    if (!inward) return tl::unexpected(inward.error());
    os::StopSignals stop;
    path::SearchRun run{outward->plan, inward->plan, far_end, os::monotonic_clock(), stop};
    const path::RunEnd called = run.call();
    if (called == path::RunEnd::stopped) {
      say("wsalive path: interrupted before anything was measured");
      os::StopSignals::end_by(run.signal());
    }
    if (called == path::RunEnd::alone) return tl::unexpected(no_far_end(target, *run.farewell()));
    return play(target, run, *outward, &*inward);
  }

  Outcome play(const path_command::Target& target, path::SearchRun& run, const Way& outward,
               const Way* inward) const {
    path_command::Progress progress;
    const path::RunEnd end = run.run([&](const path::Moment& moment) {
      if (moment.news) {
        (void)outward.state.save(outward.plan.observations());
        if (inward) (void)inward->state.save(inward->plan.observations());
      }
      progress.show(moment);
    });
    progress.clear();
    if (end == path::RunEnd::stopped) interrupted(outward, inward, run, run.signal());
    if (end == path::RunEnd::alone) return tl::unexpected(no_far_end(target, *run.farewell()));
    if (outward.plan.observations().empty()) {
      return tl::unexpected(unreachable(target, run.outward().refusal()));
    }
    path_command::Found found{.target = target.host,
                              .address = os::format_endpoint(target.endpoint),
                              .outward = outward.found(run.outward()),
                              .inward = std::nullopt,
                              .took = run.took(),
                              .connections = run.opened()};
    if (inward) found.inward = inward->found(*run.inward());
    if (const int signal = no_trial_ ? 0 : try_out(found, run); signal != 0) {
      interrupted(outward, inward, run, signal);
    }
    found.took = run.took();
    found.connections = run.opened();
    found.farewells = run.farewells();
    if (found.joint().finding != PathFinding::unreachable) {
      outward.state.remove();
      if (inward) inward->state.remove();
    }
    const bool clear = is_clear(found);
    return Answer{std::make_unique<path_command::PathReport>(std::move(found)),
                  static_cast<int>(clear ? ExitCode::ok : ExitCode::findings)};
  }

  /// Holds a connection with the settings that were found, where a time was found. \return a signal that came, or 0.
  static int try_out(path_command::Found& found, path::SearchRun& run) {
    const path::PathResult result = found.joint();
    const auto timing = path_command::advice_of(found);
    if (!timing || result.finding != PathFinding::forgets || !result.lost) return 0;
    path::TrialPlan plan{*timing, result, kernel_alone()};
    say(fmt::format(
        "wsalive path: kept after {}, lost after {}; now one connection is held with T {}, "
        "I {}, N {} for up to {}, to see that these keep it (--no-trial leaves that out)",
        path_command::shown(result.kept), path_command::shown(*result.lost),
        policy::format_duration(timing->idle), policy::format_duration(timing->interval),
        timing->probes, path_command::shown(plan.longest())));
    const path::TrialEnd end = run.try_out(plan, *timing);
    if (end.signal != 0) return end.signal;
    found.trial = end.trial;
    return 0;
  }

  /// Says how to go on, and ends as the signal ends a program.
  [[noreturn]] static void interrupted(const Way& outward, const Way* inward,
                                       const path::SearchRun& run, int signal) {
    const std::string known =
        inward ? fmt::format("from here {}, from the far end {}", outward.known(), inward->known())
               : outward.known();
    say(fmt::format("wsalive path: interrupted; so far {}; the same command goes on from there",
                    known));
    const std::string left = path_command::farewell_words(run.farewells(), inward != nullptr);
    if (!left.empty()) say("wsalive path: " + left);
    os::StopSignals::end_by(signal);
  }

  static Failure unreachable(const path_command::Target& target, int error) {
    return failure_of(Message::unreachable, "cannot connect to",
                      os::format_endpoint(target.endpoint),
                      {error != 0 ? ::strerrordesc_np(error) : "it ends every connection at once",
                       error == EMFILE ? "raise the limit of open files: ulimit -n" : ""});
  }

  std::string target_;
  std::optional<Millis> longest_;
  std::size_t connections_ = path::PathWish{}.connections;
  bool with_serve_ = false;
  std::string key_file_;
  bool fresh_ = false;
  bool no_trial_ = false;
};

}  // namespace

std::unique_ptr<Command> make_path() { return std::make_unique<Path>(); }

}  // namespace wsalive::cli

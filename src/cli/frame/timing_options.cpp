#include "cli/frame/timing_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "advice/path_timeouts.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/option_types.hpp"
#include "cli/frame/out.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/live/keepalive_text.hpp"
#include "os/file/file.hpp"
#include "policy/duration.hpp"
#include "policy/path_settings.hpp"
#include "registry/store.hpp"

namespace wsalive::cli {
namespace {

using policy::Release;

std::uint8_t read_count(const std::string& text) {
  unsigned count = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || stop != end || count > policy::kLargestCount) {
    throw CLI::ValidationError("--probes", fmt::format("'{}' is no count from 1 to 255", text));
  }
  if (count == 0) {
    throw CLI::ValidationError("--probes", "0 would send no probe at all: leave keep-alive off");
  }
  return static_cast<std::uint8_t>(count);
}

Release read_release(const std::string& text) {
  const std::optional<Release> release = policy::release_named(text);
  if (!release) {
    throw CLI::ValidationError("--release",
                               fmt::format("'{}' is no release: one of {}", text, release_names()));
  }
  return *release;
}

tl::unexpected<Failure> bad_registry(const std::string& file, std::string reason, int error = 0) {
  const bool denied = message_for_file(error) == Message::file_denied;
  return tl::unexpected(
      failure_of(denied ? Message::file_denied : Message::bad_registry, "cannot read the registry",
                 file, {std::move(reason), denied ? "name a file that you may read" : ""}));
}

tl::unexpected<Failure> unknown_choice(const registry::ChoiceProblem& problem) {
  struct Words {
    std::string attempt;
    std::string remedy;
  };
  const std::array<Words, 3> words{{
      {"cannot tell which release of Windows to follow", fmt::format("one of {}", release_names())},
      {"cannot tell which rules to follow", "documented or observed"},
      {"cannot tell how exactly times are kept", "exact or kernel"},
  }};
  const Words& each = words.at(static_cast<std::size_t>(problem.what));
  return tl::unexpected(
      failure_of(Message::unknown_choice, each.attempt, {}, {problem.text, each.remedy}));
}

tl::unexpected<Failure> too_short_a_path(policy::Millis forgets, const Keeper& keeper,
                                         const policy::PathWish& wish) {
  Particulars why;
  if (wish.interval) {
    why = {fmt::format("with an interval of {} no probe and its repetition come in time",
                       policy::format_duration(policy::Millis{wish.interval->count()})),
           "give a shorter --interval"};
  } else if (!keeper.kernel && forgets > policy::Millis{100}) {
    why.reason = "without CAP_NET_ADMIN no probe leaves before a second is over";
  } else if (!keeper.kernel) {
    why.reason = "no probe and its repetition come in time";
  }
  return tl::unexpected(failure_of(Message::path_too_short,
                                   "cannot choose a time for a path that forgets after",
                                   policy::format_duration(forgets), why));
}

/// The store of the file that the command line names: it must exist and be readable.
Fallible<registry::StoreFiles> store_of(const std::string& file) {
  if (!os::file_stamp(file)) return bad_registry(file, "there is no such file");
  if (const auto loaded = registry::load_file(file); !loaded) {
    const registry::Problem& problem = loaded.error();
    return bad_registry(
        file,
        problem.line == 0 ? problem.text : fmt::format("line {}: {}", problem.line, problem.text),
        problem.code);
  }
  return registry::StoreFiles{.machine = std::nullopt, .user = file};
}

}  // namespace

void TimingOptions::declare(CLI::App& parser) {
  add_keepalive_time(parser, "--time", time_, "Silence before the first probe (45s, 1500ms, 2h)");
  add_keepalive_time(parser, "--interval", interval_, "Gap between unanswered probes");
  parser
      .add_option_function<std::string>(
          "--probes", [this](const std::string& text) { probes_ = read_count(text); },
          "Unanswered probes before the connection is given up")
      ->type_name("COUNT");
  std::vector<std::string_view> names;
  for (const policy::ReleaseRow& row : policy::kReleases) names.push_back(row.name);
  parser
      .add_option_function<std::string>(
          "--release", [this](const std::string& text) { release_ = read_release(text); },
          "Rules and defaults of that release of Windows: see `wsalive releases`")
      ->type_name("RELEASE");
  parser.add_option("--registry", registry_, "Defaults from this .reg file, not from the store")
      ->type_name("FILE");
}

void TimingOptions::declare_with_path(CLI::App& parser) {
  declare(parser);
  add_time_out(parser, "--path-timeout", path_timeout_,
               "After so much silence the path forgets a connection: choose T, I and N for it");
  declare_user_timeout(parser);
}

void TimingOptions::declare_user_timeout(CLI::App& parser) {
  add_time(parser, "--user-timeout", user_timeout_,
           "How long data may wait for its acknowledgement, or for room at the peer "
           "(TCP_USER_TIMEOUT); or "
           "off",
           parse_user_timeout);
}

Fallible<void> TimingOptions::choose_for_path(const Keeper& keeper, ChosenTiming& chosen) const {
  if (!path_timeout_) return {};
  std::optional<policy::Timing> fitting;
  policy::PathWish wish{.idle = time_, .interval = interval_};
  const auto try_with = [&](const policy::Accuracy& accuracy) {
    const auto found = policy::settings_for_path(*path_timeout_, accuracy, wish);
    const bool is_safe = found && policy::survives_a_loss(*found, *path_timeout_, accuracy);
    if (is_safe || !fitting) fitting = found;
    return is_safe;
  };
  const bool is_kept = keeper.kernel && try_with(kernel_alone());
  if (!is_kept && keeper.preload) {
    const bool is_exact = chosen.settings.precision == policy::Precision::exact;
    wish.least_idle = is_exact ? keeper.preload_least : policy::Millis{1};
    static_cast<void>(try_with(with_our_library(chosen.settings.precision)));
  }
  if (!fitting) return too_short_a_path(*path_timeout_, keeper, wish);
  chosen.asked.idle = fitting->idle;
  chosen.asked.interval = fitting->interval;
  // An open count next to a given time is the same as without a path.
  if (!probes_ && !time_) chosen.asked.probes = fitting->probes;
  return {};
}

Fallible<ChosenTiming> TimingOptions::resolve(const Keeper& keeper) const {
  const registry::Environment environment = registry::process_environment();
  registry::StoreFiles files = registry::store_files(environment);
  if (!registry_.empty()) {
    const Fallible<registry::StoreFiles> named = store_of(registry_);
    if (!named) return tl::unexpected(named.error());
    files = *named;
  }
  ChosenTiming chosen;
  chosen.settings = registry::load_settings(environment, files, {.release = release_, .rules = {}});
  if (!chosen.settings.problems.empty()) return unknown_choice(chosen.settings.problems.front());
  chosen.asked = {.idle = time_, .interval = interval_, .probes = probes_};
  chosen.path_timeout = path_timeout_;
  chosen.user_timeout = user_timeout_;
  if (const auto done = choose_for_path(keeper, chosen); !done) return tl::unexpected(done.error());
  chosen.timing =
      policy::timing_in_force(chosen.settings.release, chosen.settings.registry, chosen.asked);
  const policy::SocketValues& asked = chosen.asked;
  const bool by_release =
      release_ || !registry_.empty() || (!asked.idle && !asked.interval && !asked.probes);
  chosen.named = {.idle = by_release || asked.idle,
                  .interval = by_release || asked.interval,
                  .probes = by_release || asked.probes};
  chosen.timing.precision = chosen.settings.precision;
  chosen.anything_asked =
      time_ || interval_ || probes_ || release_ || path_timeout_ || !registry_.empty();
  chosen.is_idle_default =
      chosen.timing.idle_from == policy::Source::release && !release_ && registry_.empty();
  return chosen;
}

tl::expected<policy::Millis, std::string> parse_user_timeout(std::string_view text) {
  constexpr policy::Millis kMost{std::numeric_limits<std::int32_t>::max()};
  if (text == "off") return policy::Millis{0};
  auto time = policy::parse_time_out(text);
  if (const auto any = policy::parse_duration(text); any && *any == policy::Millis{}) {
    return tl::unexpected(
        fmt::format("'{}' is no time-out: write 1ms or more, or off, which takes it away", text));
  }
  if (time && *time > kMost) {
    return tl::unexpected(fmt::format("'{}' is out of range: up to {}ms, which is {}; or off", text,
                                      kMost.count(), policy::format_duration(kMost)));
  }
  return time;
}

std::optional<std::uint32_t> ChosenTiming::user_timeout_ms() const {
  if (!user_timeout) return std::nullopt;
  return static_cast<std::uint32_t>(user_timeout->count());
}

Failure no_probes(std::string attempt, std::string subject, std::string remedy) {
  return failure_of(Message::count_of_zero, std::move(attempt), std::move(subject),
                    {.remedy = std::move(remedy)});
}

void say_remarks(const ChosenTiming& chosen) {
  for (const std::string& remark : chosen.settings.remarks) {
    say(fmt::format("wsalive: warning: {}", remark));
  }
}

std::string path_note(const ChosenTiming& chosen, const policy::Timing& kept,
                      const policy::Accuracy& accuracy) {
  if (!chosen.path_timeout) return {};
  return path_words(*chosen.path_timeout, kept, accuracy, {},
                    chosen.user_timeout.value_or(policy::Millis{}));
}

std::string default_note(const ChosenTiming& chosen) {
  if (!chosen.is_idle_default) return {};
  const policy::Millis idle{chosen.timing.timing.idle.count()};
  const auto earlier = [idle](const advice::PathTimeout& path) { return path.time <= idle; };
  const auto end = std::ranges::find_if_not(advice::kPathTimeouts, earlier);
  if (end == advice::kPathTimeouts.begin()) return {};
  return fmt::format(
      "No time was named: T is {}, the default of {}. Many NATs, firewalls and load balancers "
      "forget an idle connection after {} to {}, and then no probe comes in time: name --time, or "
      "--path-timeout where the path's own is known.",
      policy::format_duration(idle), policy::row(chosen.settings.release).title,
      policy::format_duration(advice::kPathTimeouts.front().time),
      policy::format_duration(std::prev(end)->time));
}

std::string release_names() {
  std::vector<std::string_view> names;
  for (const policy::ReleaseRow& row : policy::kReleases) names.push_back(row.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string source_name(policy::Source source, policy::Release release) {
  switch (source) {
    case policy::Source::socket:
      return "asked for";
    case policy::Source::registry:
      return "registry";
    case policy::Source::outside:
      return "set from outside";
    case policy::Source::release:
      break;
  }
  return std::string{policy::row(release).title};
}

}  // namespace wsalive::cli

// Each instant that the command prints is found on the wire, both ends of it: what `explain`, `ls`, `lint`, `set` and `run`
// say of a table of T, I, N, paths and ways is compared with the probes and resets of these very connections. The long
// times are asked in the guest of tools/kernels, where waiting costs nothing.
// labels: ns realtime slow
// shards: 4

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "attach/bpf/policy.hpp"
#include "attach/cgroup.hpp"
#include "os/process/child.hpp"
#include "policy/duration.hpp"
#include "support/engine_wire.hpp"
#include "support/printed_instants.hpp"
#include "support/temp_folder.hpp"

namespace wsalive::test {
namespace {

using namespace printed;
using namespace std::chrono_literals;
using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

milliseconds duration(const std::string& text) {
  const auto parsed = policy::parse_duration(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(milliseconds{});
}

policy::Span span_of(const Json& json, const std::string& name) {
  return {milliseconds{json.at(name + "_ms")}, milliseconds{json.at(name + "_latest_ms")}};
}

/// Of this network alone: what runs beside it has one with the same addresses and ports.
constexpr const char* kHere = " --netns /proc/self/ns/net";

/// Less than the shortest interval: the probe before the one that is meant is not taken for it.
constexpr milliseconds kSooner{40};

/// What a busy machine adds; in the guest, where nothing stalls, what rounding to a millisecond adds.
milliseconds stall_allowed() { return time_is_exact() ? 2ms : 250ms; }

class PrintedInstants : public EngineOnWire {
 protected:
  void TearDown() override {
    if (!group_.empty()) told("detach --cgroup " + group_);
    for (const std::int32_t each : children_) {
      (void)os::kill_process(each);
      (void)os::await_child(each);
    }
    if (!group_.empty()) (void)::rmdir(group_.c_str());
    EngineOnWire::TearDown();
  }

  [[nodiscard]] bool can_run(const std::string& way) {
    const std::string words = "run --quiet --allow-no-new-privs --via " + way + " -- echo done";
    return told(words) == "done";
  }

  /// What the command prints on the client, whatever its exit status.
  std::string told(const std::string& words, const std::string& environment = {}) {
    const lab::Visit visit{network().client()};
    const auto output = lab::run_command({"sh", "-c", environment + command() + words + "; true"});
    EXPECT_TRUE(output) << output.error();
    return output.value_or("");
  }
  Json told_json(const std::string& words, const std::string& environment = {}) {
    const std::string text = told(words + " --json", environment);
    Json json = Json::parse(text, nullptr, false);
    EXPECT_TRUE(json.is_object()) << words << ": " << text;
    return json;
  }
  static std::string command() {
    return fmt::format("WSALIVE_REGISTRY=/none.reg '{}/bin/wsalive' ",
                       std::getenv("WSALIVE_BUILD"));
  }
  static std::string environment(const Row& row) {
    return row.but == But::by_kernel ? "WSALIVE_PRECISION=kernel " : "";
  }
  static std::string options(const Row& row) {
    if (row.path_timeout != 0ms)
      return fmt::format(" --path-timeout {}ms", row.path_timeout.count());
    return fmt::format(" --time {}ms --interval {}ms --probes {}", row.idle, row.interval,
                       row.probes);
  }

  void open(const Row& row) {
    Watched each;
    each.row = row;
    each.port = static_cast<std::uint16_t>(kDeaf + watched_.size());
    if (row.way == Way::attached) {
      attach(each);
    } else if (row.way != Way::our_program && row.way != Way::set) {
      start_program(each);
    } else {
      sockets_.push_back(connect(each.port));
      each.fd = sockets_.back().fd();
      each.target = fmt::format("{}:{}", ::getpid(), each.fd);
      if (row.way == Way::our_program) {
        switch_on(sockets_.back(), row.wanted());
      } else {
        take_notes(each, "set", told("set " + each.target + options(row)));
      }
    }
    watched_.push_back(std::move(each));
  }

  /// A program under `run` that connects and waits.
  void start_program(Watched& each) {
    const char* const way = each.row.way == Way::run_by_preload ? "preload"
                            : each.row.way == Way::run_by_bpf   ? "bpf"
                                                                : "seccomp";
    const bool is_less = each.row.but == But::without_right;
    start(each, fmt::format("{}env {}{}run --allow-no-new-privs --via {}{} -- ",
                            is_less ? "setpriv --bounding-set=-net_admin " : "",
                            environment(each.row), command(), way, options(each.row)));
    std::ifstream file{said(each)};
    take_notes(each, "run", {std::istreambuf_iterator<char>{file}, {}});
  }

  /// A program in a control group with a policy.
  void attach(Watched& each) {
    if (group_.empty()) group_ = fmt::format("{}/wsalive-test-{}", group_mount(), ::getpid());
    (void)::mkdir(group_.c_str(), 0700);
    take_notes(each, "attach", told("attach --cgroup " + group_ + options(each.row)));
    start(each, fmt::format("echo $$ >{}/cgroup.procs; exec ", group_));
    told("detach --cgroup " + group_);  // What is open stays as it is.
  }
  static std::string group_mount() { return attach::cgroup2_mount().value_or(""); }

  std::string said(const Watched& each) const { return folder_.file(std::to_string(each.port)); }

  void start(Watched& each, const std::string& front) {
    const Fd out{::open(said(each).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)};
    listen(each.port);
    const std::string script = fmt::format("exec 3<&-; exec 3<>/dev/tcp/{}/{}; read -u 3",
                                           lab::Wiring::server_v4, each.port);
    const std::string words =
        fmt::format("{}{}bash -c '{}'", front.starts_with("echo") ? "" : "exec ", front, script);
    const lab::Visit visit{network().client()};
    const auto child = os::start_child({.file = "sh",
                                        .arguments = {"sh", "-c", words},
                                        .environment = std::nullopt,
                                        .folder = {},
                                        .streams = {0, out.get(), out.get()},
                                        .own_group = false,
                                        .inherited = {}});
    ASSERT_TRUE(child);
    children_.push_back(*child);
    accept(each.port);
    each.target = fmt::format("{}:3", *child);
  }

  /// "after 20s to 22.05s of silence", "a dead peer is noticed after 23s to 25.15s", in whatever lines.
  void take_notes(Watched& each, const std::string& source, const std::string& text) {
    static const std::regex kFirst{R"(after ([\w. ]+?)(?: to ([\w. ]+?))? of silence)"};
    static const std::regex kEnd{R"(noticed after ([\w. ]+?)(?: to ([\w. ]+?))?\.(?: |$))"};
    const std::string line = std::regex_replace(text, std::regex{"\\s+"}, " ");
    static const std::regex kEvery{R"(every ([\w. ]+?)(?: to ([\w. ]+?))?, \d+ time)"};
    std::smatch found;
    const auto matches = [&](const std::regex& what) {
      return std::regex_search(line, found, what);
    };
    // Where one number is printed the engine keeps it.
    const auto span = [&]() -> policy::Span {
      const milliseconds earliest = duration(found[1]);
      return {earliest, found[2].matched ? duration(found[2])
                                         : earliest + policy::driven_lateness(os::tick_length())};
    };
    EXPECT_TRUE(matches(kFirst)) << source << ": " << text;
    each.claims.push_back({source, 0, span()});
    if (source == "run") {
      EXPECT_TRUE(matches(kEvery)) << text;
      each.gaps.push_back({source, span()});
    } else {
      EXPECT_TRUE(matches(kEnd)) << text;
      each.claims.push_back({source, kLast, span()});
    }
  }

  static constexpr std::size_t kLast = SIZE_MAX;

  void ask_explain(Watched& each) {
    const auto take = [&](const std::string& source, const Json& subject) {
      std::size_t number = 0;
      for (const Json& event : subject.at("events")) {
        each.claims.push_back(
            {source,
             event.at("what") == "reset" ? kLast : number++,
             {milliseconds{event.at("at_ms")}, milliseconds{event.at("latest_ms")}}});
      }
      each.claims.push_back({source + " first probe", 0, span_of(subject, "first_probe")});
      each.claims.push_back({source + " noticed", kLast, span_of(subject, "noticed")});
    };
    const auto before = os::monotonic_clock().now();
    const Json live = told_json("explain " + each.target);
    const auto after = os::monotonic_clock().now();
    take("explain of the socket", live.at("subjects").at(0));
    const Json& socket = live.at("socket");
    if (!socket.at("next_probe_ms").is_null()) {
      const policy::Span next = span_of(socket, "next_probe");
      each.moments.push_back(
          {fmt::format("explain, silent for {} ms, {} unanswered: in {} to {} ms",
                       socket.at("silent_for_ms").dump(), socket.at("unanswered").dump(),
                       next.earliest.count(), next.latest.count()),
           false, before, before + next.earliest, after + next.latest});
    }
    const Json& error = live.at("subjects").at(0).at("error");
    if (!error.is_null()) each.error = error.at("code");
    if (each.row.is_as_numbers_are()) {
      take("explain of the numbers",
           told_json("explain" + options(each.row) +
                         (each.row.has_our_library() ? "" : " --compare linux"),
                     environment(each.row))
               .at("subjects")
               .at(0));
    }
    ask_lint(each, live.at("subjects").at(0));
  }

  /// What the library tells a program itself. Nothing but the calling thread is between the look and its instant.
  void ask_library(Watched& each) {
    const auto now = os::monotonic_clock().now();
    const engine::InForce told = engine_->in_force(each.fd, {});
    if (!told.to_next_probe) return;
    const nanoseconds next = *told.to_next_probe;
    each.moments.push_back(
        {fmt::format("the read-back, {} unanswered: in {} ms", told.unanswered, next / 1ms), false,
         now, now + next, now + next + told.lateness + 2 * os::tick_length() + 1ms});
  }

  /// Paths around what was just told.
  void ask_lint(Watched& each, const Json& subject) {
    const policy::Span first = span_of(subject, "first_probe");
    for (const milliseconds timeout : {first.earliest - 100ms, (first.earliest + first.latest) / 2,
                                       first.latest, first.latest + 200ms}) {
      const Json found = told_json(
          fmt::format("lint --to :{} --path-timeout {}ms{}", each.port, timeout.count(), kHere));
      const auto& findings = found.at("findings");
      EXPECT_EQ(found.at("sockets"), 1) << each.target << ": " << found.dump(1);
      each.verdicts.push_back({timeout, std::ranges::none_of(findings, [](const Json& finding) {
                                 return finding.at("rule") == "path-forgets";
                               })});
    }
  }

  /// All connections at once, as often as this is called.
  void ask_ls() {
    const auto before = os::monotonic_clock().now();
    const Json list = told_json(fmt::format("ls --to {}{}", lab::Wiring::server_v4, kHere));
    const auto after = os::monotonic_clock().now();
    for (const Json& found : list.at("connections")) {
      const std::string remote = found.at("remote");
      const auto port = std::stoi(remote.substr(remote.rfind(':') + 1));
      const auto each = std::ranges::find(watched_, port, &Watched::port);
      if (each == watched_.end() || found.at("state") != "established") continue;
      // It has ended between the look at the connections and the one at the program.
      if (is_deaf_ && found.at("unknown_because") == "gone meanwhile") continue;
      const std::string source =
          fmt::format("ls, silent for {} ms", found.at("silent_for_ms").dump());
      each->claims.push_back({source, kLast, span_of(found, "noticed_after")});
      const auto add = [&](const std::string& name, bool is_end) {
        if (found.at(name + "_ms").is_null()) return;
        const policy::Span span = span_of(found, name);
        each->moments.push_back(
            {source + ", " + name, is_end, before, before + span.earliest, after + span.latest});
      };
      add("next_probe", false);
      if (is_deaf_) add("noticed_in", true);
    }
  }

  /// How far the silence had slipped before that probe, or the end: a machine that stalls moves along what follows (K-52).
  static nanoseconds slipped(const Watched& each, const Seen& wire, std::size_t number) {
    const std::vector<Instant> probes = wire.unanswered();
    const std::size_t before = std::min(number, probes.size());
    if (before == 0) return 0ns;
    const auto claim = std::ranges::find(each.claims, before - 1, &Claim::number);
    return std::max(0ns, probes[before - 1] - *wire.heard - claim->after_silence.latest);
  }

  static void judge_claims(const Watched& each, const Seen& wire) {
    const std::vector<Instant> probes = wire.unanswered();
    for (const Claim& claim : each.claims) {
      ASSERT_TRUE(claim.number < probes.size() || claim.number == kLast)
          << claim.source << " " << claim.number;
      const Instant at = claim.number == kLast ? wire.resets[0] : probes[claim.number];
      SCOPED_TRACE(fmt::format("{}, {}: {} to {} ms", claim.source, claim.number,
                               claim.after_silence.earliest.count(),
                               claim.after_silence.latest.count()));
      EXPECT_GE(at - *wire.heard, claim.after_silence.earliest - earliness_allowed());
      EXPECT_LE(at - *wire.heard,
                claim.after_silence.latest + stall_allowed() + slipped(each, wire, claim.number));
    }
  }

  static void judge_gaps(const Watched& each, const Seen& wire) {
    const std::vector<Instant> probes = wire.unanswered();
    // A series that is longer than N has longer gaps behind.
    const std::size_t last = std::min<std::size_t>(probes.size(), each.row.probes);
    const nanoseconds late =
        each.row.is_driven() ? policy::driven_lateness(os::tick_length()) : 0ms;
    for (const Gap& gap : each.gaps) {
      for (std::size_t at = 1; at < last; ++at) {
        SCOPED_TRACE(fmt::format("{}: every {} to {} ms", gap.source, gap.length.earliest.count(),
                                 gap.length.latest.count()));
        EXPECT_GE(probes[at] - probes[at - 1],
                  gap.length.earliest - earliness_allowed() - late - slipped(each, wire, at));
        EXPECT_LE(probes[at] - probes[at - 1], gap.length.latest + stall_allowed());
      }
    }
  }

  static void judge_moments(const Watched& each, const Seen& wire) {
    const nanoseconds slip = slipped(each, wire, kLast);
    if (each.row.is_close_together()) return;
    for (const Moment& moment : each.moments) {
      const Instant from = moment.is_rough ? moment.earliest - earliness_allowed()
                                           : std::max(moment.looked, moment.earliest - kSooner);
      const auto next = std::ranges::find_if(wire.probes, [&](Instant at) { return at >= from; });
      SCOPED_TRACE(moment.source);
      if (!moment.is_end && next == wire.probes.end()) {
        ADD_FAILURE() << "no probe comes any more";
        continue;
      }
      const Instant at = moment.is_end ? wire.resets[0] : *next;
      EXPECT_GE((at - moment.earliest) / 1ms, -earliness_allowed() / 1ms);
      EXPECT_LE((at - moment.latest) / 1ms, (stall_allowed() + slip) / 1ms);
    }
  }

  static void judge_verdicts(const Watched& each, const Seen& wire) {
    const std::vector<Instant> probes = wire.unanswered();
    const nanoseconds first = probes[0] - *wire.heard;
    const auto told = std::ranges::find(each.claims, 0U, &Claim::number);
    for (const Verdict& verdict : each.verdicts) {
      if (verdict.is_kept) {
        EXPECT_LE(first, verdict.path_timeout + stall_allowed());
      } else {
        EXPECT_LE(verdict.path_timeout, told->after_silence.latest);
      }
    }
    if (each.row.path_timeout == 0ms) return;
    ASSERT_GT(probes.size(), 1U);
    EXPECT_LE(probes[1] - *wire.heard, each.row.path_timeout) << "one probe may be lost";
  }

  void judge(const Watched& each) {
    const Seen wire = seen(each.port);
    ASSERT_TRUE(wire.heard);
    ASSERT_EQ(wire.resets.size(), 1U);
    ASSERT_FALSE(wire.unanswered().empty());
    judge_claims(each, wire);
    judge_gaps(each, wire);
    judge_moments(each, wire);
    judge_verdicts(each, wire);
    if (each.fd < 0) judge_error(each);
  }

  /// What the program says that read from the connection.
  void judge_error(const Watched& each) const {
    ASSERT_NE(each.error, 0);
    std::string text;
    for (int turn = 0; turn < 100 && text.find("read error") == std::string::npos; ++turn) {
      std::ifstream file{said(each)};
      text.assign(std::istreambuf_iterator<char>{file}, {});
      std::this_thread::sleep_for(20ms);
    }
    EXPECT_NE(text.find(std::strerror(each.error)), std::string::npos) << text;
  }

  /// What stands on the screen of `watch` of each connection.
  void ask_watch() {
    const std::string script = fmt::format(
        "import os, sys; sys.path.insert(0, '{}/tests/cli'); import terminal\n"
        "t = terminal.Terminal(['{}/bin/wsalive', 'watch', '--netns', '/proc/self/ns/net', '--to', "
        "'{}'], "
        "{{**os.environ, 'TERM': 'xterm', 'WSALIVE_REGISTRY': '/none.reg'}}, 160, 60)\n"
        "t.wait_for(lambda s: 'q quit' in s.text(), 10)\n"
        "print(t.screen.text()); t.type(b'q'); t.end(10)\n",
        std::getenv("WSALIVE_SOURCE"), std::getenv("WSALIVE_BUILD"), lab::Wiring::server_v4);
    const auto before = os::monotonic_clock().now();
    const lab::Visit visit{network().client()};
    const auto screen = lab::run_command({"python3", "-c", script});
    const auto after = os::monotonic_clock().now();
    ASSERT_TRUE(screen) << screen.error();
    static const std::regex kLine{R"(:(\d{4}) +\S+ \+\S+ x\d+ +\S+ +(\S+)(?: !\d+)? +(\S+))"};
    std::size_t lines = 0;
    for (std::sregex_iterator each{screen->begin(), screen->end(), kLine}, end; each != end;
         ++each) {
      const auto found = std::ranges::find(watched_, std::stoi((*each)[1]), &Watched::port);
      if (found == watched_.end()) continue;
      ++lines;
      const std::string next = (*each)[2];
      found->claims.push_back({"watch, NOTICED " + (*each)[3].str(), kLast, columns((*each)[3])});
      if (next == "-") continue;
      const policy::Span span = columns(next);
      found->moments.push_back({"watch, NEXT " + next, false, before, before + span.earliest,
                                after + span.latest, true});
    }
    // They may be over already if no peer answers.
    if (!is_deaf_) {
      EXPECT_EQ(lines, watched_.size()) << *screen;
    }
  }

  /// "1.2s..1.5s", or one number.
  static policy::Span columns(const std::string& text) {
    const std::size_t dots = text.find("..");
    const milliseconds earliest = duration(text.substr(0, dots));
    if (dots == std::string::npos)
      return {earliest, earliest + policy::driven_lateness(os::tick_length())};
    return {earliest, duration(text.substr(dots + 2))};
  }

  /// The peers answer for a while, where an answer starts a longer time than T.
  void stay_healthy() {
    std::uint32_t longest = 0;
    for (const Watched& each : watched_) {
      if (each.row.interval > each.row.idle) longest = std::max(longest, each.row.interval);
    }
    const auto end = std::chrono::steady_clock::now() + longest * 3 / 2 * 1ms;
    ask_ls();
    while (std::chrono::steady_clock::now() < end) {
      ask_ls();
      std::this_thread::sleep_for(longest / 10 * 1ms);
    }
    ask_watch();
  }

  void expect_what_is_printed(std::span<const Row> rows) {
    for (const Row& row : rows) ASSERT_NO_FATAL_FAILURE(open(row));
    for (Watched& each : watched_) {
      ASSERT_NO_FATAL_FAILURE(ask_explain(each));
      if (each.row.way == Way::our_program) ask_library(each);
    }
    stay_healthy();
    deafen();
    is_deaf_ = true;
    ask_watch();
    const auto longest = std::ranges::max(
        watched_ | std::views::transform([](const Watched& each) {
          return std::ranges::max(each.claims, {},
                                  [](const Claim& claim) { return claim.after_silence.latest; })
              .after_silence.latest;
        }));
    const auto end = std::chrono::steady_clock::now() + longest + 500ms;
    while (std::chrono::steady_clock::now() < end) {
      ask_ls();
      std::this_thread::sleep_for(longest / 20);
    }
    for (const Watched& each : watched_) {
      SCOPED_TRACE(each.target + options(each.row));
      judge(each);
    }
  }

  std::vector<Watched> watched_;
  std::vector<PlainSocket> sockets_;
  std::vector<std::int32_t> children_;
  TempFolder folder_;
  std::string group_;  ///< Of those that are attached to.
  bool is_deaf_ = false;
};

TEST_F(PrintedInstants, AreTrueOnTheWire) { expect_what_is_printed(kShort); }

TEST_F(PrintedInstants, AreTrueOfWhatRunsUnderSeccomp) {
  if (!can_run("seccomp")) GTEST_SKIP() << "seccomp is not allowed here";
  expect_what_is_printed(kBySeccomp);
}

TEST_F(PrintedInstants, AreTrueOfWhatIsPreloaded) {
  if (!can_run("preload")) GTEST_SKIP() << "there is no library to preload here";
  expect_what_is_printed(kByPreload);
}

TEST_F(PrintedInstants, AreTrueOfWhatIsPreloadedWithoutRights) {  // K-57
  if (!can_run("preload")) GTEST_SKIP() << "there is no library to preload here";
  expect_what_is_printed(kWithoutRight);
}

TEST_F(PrintedInstants, AreTrueOfWhatBpfReaches) {
  if (!can_run("bpf")) GTEST_SKIP() << "bpf is not allowed here";
  expect_what_is_printed(kByBpf);
}

TEST_F(PrintedInstants, AreTrueOfWhatAPolicyReaches) {
  if (!can_run("bpf")) GTEST_SKIP() << "bpf is not allowed here";
  // The test has its mounts for itself.
  (void)::mount("bpf", "/sys/fs/bpf", "bpf", 0, "mode=0700");
  if (!attach::pins_are_possible()) GTEST_SKIP() << "no bpf file system is mounted here";
  expect_what_is_printed(kAttached);
}

TEST_F(PrintedInstants, AreTrueOfTimesOfProduction) {
  if (!time_is_exact()) {
    GTEST_SKIP() << "minutes of silence are waited for in the guest of tools/kernels alone";
  }
  expect_what_is_printed(kLong);
}

}  // namespace
}  // namespace wsalive::test

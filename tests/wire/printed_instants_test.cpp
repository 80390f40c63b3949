// Each instant that the command prints is found on the wire, both ends of it: what `explain`, `ls`, `lint`, `set` and `run`
// say of a table of T, I, N, paths and ways is compared with the probes and resets of these very connections. The long
// times are asked in the guest of tools/kernels, where waiting costs nothing.
// labels: ns realtime slow

#include <fcntl.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "os/process/child.hpp"
#include "policy/duration.hpp"
#include "support/asked.hpp"
#include "support/engine_wire.hpp"
#include "support/temp_folder.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// How a connection gets its times.
enum class Way : std::uint8_t { our_program, set, run_by_seccomp, run_by_preload };

struct Row {
  Way way;
  std::uint32_t idle, interval;
  std::uint8_t probes;
  milliseconds path_timeout{};  ///< T, I and N follow from it; 0: they are given.
  [[nodiscard]] policy::SourcedTiming wanted() const { return asked(idle, interval, probes); }
  /// A look takes about as long: which of its probes is the next one is not known.
  [[nodiscard]] bool is_close_together() const { return interval == 100; }
  [[nodiscard]] bool is_driven() const {
    return way == Way::our_program || way == Way::run_by_preload;
  }
};

constexpr std::array kShort{
    Row{Way::our_program, 1000, 1000, 3}, Row{Way::our_program, 1500, 300, 4},
    Row{Way::our_program, 600, 100, 7},   Row{Way::our_program, 3000, 1000, 3},
    Row{Way::our_program, 500, 300, 3},   Row{Way::set, 1000, 1000, 3},
    Row{Way::set, 2000, 1000, 4},         Row{Way::set, 3000, 2000, 2},
    Row{Way::set, 0, 0, 0, 4s},
};
constexpr std::array kBySeccomp{Row{Way::run_by_seccomp, 2000, 1000, 3}};
constexpr std::array kByPreload{Row{Way::run_by_preload, 1500, 250, 4},
                                Row{Way::run_by_preload, 2000, 1000, 2}};
/// As in production.
constexpr std::array kLong{
    Row{Way::our_program, 45'000, 5'000, 5},    Row{Way::our_program, 58'000, 1'000, 10},
    Row{Way::our_program, 345'000, 1'000, 3},   Row{Way::set, 20'000, 1'000, 3},
    Row{Way::set, 58'000, 1'000, 10},           Row{Way::set, 129'000, 16'000, 2},
    Row{Way::set, 345'000, 75'000, 2},          Row{Way::set, 0, 0, 0, 350s},
    Row{Way::run_by_seccomp, 45'000, 5'000, 5}, Row{Way::run_by_preload, 45'000, 5'000, 5},
};

/// A printed number: when the probe leaves that `number` unanswered ones precede, or, with as many as N, the end comes.
struct Claim {
  std::string source;
  std::size_t number;
  policy::Span after_silence;
};
/// The same at the time of a look, whatever came before it.
struct Moment {
  std::string source;
  bool is_end;
  Instant looked;  ///< Not later than the look.
  Instant earliest, latest;
};
/// What `lint` says of a path that forgets after so long.
struct Verdict {
  milliseconds path_timeout;
  bool is_kept;
};

struct Watched {
  Row row{};
  std::uint16_t port = 0;  ///< Of the server, one for each.
  std::string target;      ///< PID:FD
  int fd = -1;             ///< Of a program of this process.
  std::vector<Claim> claims;
  std::vector<Moment> moments;
  std::vector<Verdict> verdicts;
};

milliseconds duration(const std::string& text) {
  const auto parsed = policy::parse_duration(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(milliseconds{});
}

policy::Span span_of(const Json& json, const std::string& name) {
  return {milliseconds{json.at(name + "_ms")}, milliseconds{json.at(name + "_latest_ms")}};
}

/// Less than the shortest interval: the probe before the one that is meant is not taken for it.
constexpr milliseconds kSooner{40};

/// What a busy machine adds; in the guest, where nothing stalls, what rounding to a millisecond adds.
milliseconds stall_allowed() { return time_is_exact() ? 2ms : 250ms; }

class PrintedInstants : public EngineOnWire {
 protected:
  void TearDown() override {
    for (const std::int32_t each : children_) {
      (void)os::kill_process(each);
      (void)os::await_child(each);
    }
    EngineOnWire::TearDown();
  }

  [[nodiscard]] bool can_run(const std::string& way) {
    const std::string words = "run --quiet --allow-no-new-privs --via " + way + " -- echo done";
    return told(words) == "done";
  }

  /// What the command prints on the client, whatever its exit status.
  std::string told(const std::string& words) {
    const lab::Visit visit{network().client()};
    const auto output = lab::run_command({"sh", "-c", command() + words + "; true"});
    EXPECT_TRUE(output) << output.error();
    return output.value_or("");
  }
  Json told_json(const std::string& words) {
    const std::string text = told(words + " --json");
    Json json = Json::parse(text, nullptr, false);
    EXPECT_TRUE(json.is_object()) << words << ": " << text;
    return json;
  }
  static std::string command() {
    return fmt::format("WSALIVE_REGISTRY=/none.reg '{}/bin/wsalive' ",
                       std::getenv("WSALIVE_BUILD"));
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
    if (row.way == Way::run_by_seccomp || row.way == Way::run_by_preload) {
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

  /// One that connects under `run` and waits.
  void start_program(Watched& each) {
    const std::string said = folder_.file(std::to_string(each.port));
    const Fd out{::open(said.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)};
    listen(each.port);
    const std::string script = fmt::format("exec 3<&-; exec 3<>/dev/tcp/{}/{}; read -u 3",
                                           lab::Wiring::server_v4, each.port);
    const std::string words = fmt::format(
        "exec env {}run --allow-no-new-privs --via {}{} -- bash -c '{}'", command(),
        each.row.way == Way::run_by_preload ? "preload" : "seccomp", options(each.row), script);
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
    std::ifstream file{said};
    take_notes(each, "run", {std::istreambuf_iterator<char>{file}, {}});
  }

  /// "after 20s to 22.05s of silence", "a dead peer is noticed after 23s to 25.15s", in whatever lines.
  void take_notes(Watched& each, const std::string& source, const std::string& text) {
    static const std::regex kFirst{R"(after ([\w. ]+?)(?: to ([\w. ]+?))? of silence)"};
    static const std::regex kEnd{R"(noticed after ([\w. ]+?)(?: to ([\w. ]+?))?\.(?: |$))"};
    const std::string line = std::regex_replace(text, std::regex{"\\s+"}, " ");
    const auto take = [&](const std::regex& what, std::size_t number) {
      std::smatch found;
      if (!std::regex_search(line, found, what)) return false;
      const milliseconds earliest = duration(found[1]);
      const milliseconds latest = found[2].matched ? duration(found[2]) : earliest + alone_span();
      each.claims.push_back({source, number, {earliest, latest}});
      return true;
    };
    EXPECT_TRUE(take(kFirst, 0)) << source << ": " << text;
    if (source == "set") {
      EXPECT_TRUE(take(kEnd, kLast)) << text;
    }
  }

  /// One number is printed where the two ends are not 50 ms apart.
  static milliseconds alone_span() { return 50ms; }
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
    const policy::Span next = span_of(socket, "next_probe");
    each.moments.push_back(
        {fmt::format("explain, silent for {} ms, {} unanswered: in {} to {} ms",
                     socket.at("silent_for_ms").dump(), socket.at("unanswered").dump(),
                     next.earliest.count(), next.latest.count()),
         false, before, before + next.earliest, after + next.latest});
    if (each.row.path_timeout == 0ms) {
      take("explain of the numbers", told_json("explain" + options(each.row) +
                                               (each.row.is_driven() ? "" : " --compare linux"))
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
      const Json found =
          told_json(fmt::format("lint --to :{} --path-timeout {}ms", each.port, timeout.count()));
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
    const Json list = told_json(fmt::format("ls --to {}", lab::Wiring::server_v4));
    const auto after = os::monotonic_clock().now();
    for (const Json& found : list.at("connections")) {
      const std::string remote = found.at("remote");
      const auto port = std::stoi(remote.substr(remote.rfind(':') + 1));
      const auto each = std::ranges::find(watched_, port, &Watched::port);
      if (each == watched_.end() || found.at("state") != "established") continue;
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

  static void judge_moments(const Watched& each, const Seen& wire) {
    const nanoseconds slip = slipped(each, wire, kLast);
    if (each.row.is_close_together()) return;
    for (const Moment& moment : each.moments) {
      const Instant from = std::max(moment.looked, moment.earliest - kSooner);
      const auto next = std::ranges::find_if(wire.probes, [&](Instant at) { return at >= from; });
      const Instant at = moment.is_end || next == wire.probes.end() ? wire.resets[0] : *next;
      SCOPED_TRACE(moment.source);
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
    judge_moments(each, wire);
    judge_verdicts(each, wire);
  }

  void expect_what_is_printed(std::span<const Row> rows) {
    for (const Row& row : rows) ASSERT_NO_FATAL_FAILURE(open(row));
    for (Watched& each : watched_) {
      ASSERT_NO_FATAL_FAILURE(ask_explain(each));
      if (each.row.way == Way::our_program) ask_library(each);
    }
    ask_ls();
    deafen();
    is_deaf_ = true;
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

TEST_F(PrintedInstants, AreTrueOfTimesOfProduction) {
  if (!time_is_exact()) {
    GTEST_SKIP() << "minutes of silence are waited for in the guest of tools/kernels alone";
  }
  expect_what_is_printed(kLong);
}

}  // namespace
}  // namespace wsalive::test

// wsalive doctor: what this host allows, what is missing and what to do, and which way `run` would take.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "attach/bpf/policy.hpp"
#include "attach/host_facts.hpp"
#include "attach/program_file.hpp"
#include "attach/seccomp/filter.hpp"
#include "cli/attaching/policies.hpp"
#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/frame/report.hpp"
#include "cli/running/run_plan.hpp"
#include "policy/duration.hpp"
#include "registry/settings.hpp"

namespace wsalive::cli {
namespace {

namespace fs = std::filesystem;

using attach::HostFacts;
using attach::ProgramKind;
using drawing::Tone;

// Yama's ptrace_scope: from here on the same right is needed for the processes that one has started, and for root.
constexpr long kOwnChildrenToo = 2;
constexpr long kNobodyAtAll = 3;

constexpr const char* kBuildWithBpf = "build it where clang, bpftool and libbpf-dev are";

/// One thing that was looked at.
struct HealthFinding {
  const char* id;
  bool is_missing = false;
  std::string found;
  const char* good_for = "";
  std::string remedy{};  ///< Where it is missing.
};

std::string words_of(const Status& status) {
  if (status) return "works";
  return fmt::format("{}: {}", status.error().attempt, std::strerror(status.error().code));
}

HealthFinding kernel(const HostFacts& facts) {
  return {.id = "kernel",
          .is_missing = !facts.kernel_is_known,
          .found = "Linux " + facts.kernel,
          .good_for = "all of it: 5.10 or later",
          .remedy = "use Linux 5.10 or later"};
}

HealthFinding tick(const HostFacts& facts) {
  return {.id = "tick",
          .found = fmt::format("{:.4g} ms", static_cast<double>(facts.tick.count()) / 1e6),
          .good_for = "how exact probes are: the engine's leave within two of these"};
}

HealthFinding sysctls(const HostFacts& facts) {
  return {.id = "sysctls",
          .found = fmt::format("tcp_keepalive_time {}, intvl {}, probes {}", facts.defaults.idle_s,
                               facts.defaults.interval_s, facts.defaults.probes),
          .good_for = "programs that switch keep-alive on and set no times"};
}

HealthFinding control_groups(const HostFacts& facts) {
  const bool is_missing = facts.group_mount.empty();
  return {.id = "cgroup2",
          .is_missing = is_missing,
          .found = is_missing ? "no control groups of version 2" : facts.group_mount,
          .good_for = "attach, run --via bpf",
          .remedy = "boot with systemd.unified_cgroup_hierarchy=1"};
}

HealthFinding bpf(const HostFacts& facts) {
  const bool is_missing = !facts.bpf;
  const bool unbuilt = is_missing && facts.bpf.error().code == ENOSYS;
  return {.id = "bpf",
          .is_missing = is_missing,
          .found = is_missing ? bpf_refusal(facts.bpf.error()) : "works",
          .good_for = "attach, run --via bpf: any program, at no cost per call",
          .remedy = unbuilt ? kBuildWithBpf
                            : as_root("CAP_BPF and CAP_NET_ADMIN", " (sudo wsalive doctor)")};
}

HealthFinding pins(const HostFacts& facts) {
  HealthFinding finding{.id = "bpffs",
                        .is_missing = !facts.pins,
                        .found = "/sys/fs/bpf",
                        .good_for = "attach: a policy that stays"};
  if (facts.pins) return finding;
  switch (facts.pins.error().code) {
    case attach::kForeignPins:
      finding.found = message_row(Message::foreign_pins).reason;
      finding.remedy = message_row(Message::foreign_pins).remedy;
      break;
    case ENODEV:
      finding.found = "not mounted on /sys/fs/bpf";
      finding.remedy = kMountPins;
      break;
    case EACCES:  // To mount another one would hide the policies that are pinned in it.
      finding.found = "mounted on /sys/fs/bpf, and closed to this user";
      finding.remedy = as_root("the right to enter it", ": it is there, and is not mounted again");
      break;
    case ENOSYS:
      finding.found = "this build is without bpf";
      finding.remedy = kBuildWithBpf;
      break;
    default:
      finding.found = words_of(facts.pins);
      finding.remedy = as_root("the right to enter it");
  }
  return finding;
}

HealthFinding seccomp(const HostFacts& facts) {
  return {.id = "seccomp",
          .is_missing = !facts.seccomp,
          .found = words_of(facts.seccomp),
          .good_for =
              "run --via seccomp: any program, without rights; its connects need one of two "
              "keepers alive",
          .remedy = "a container's own filter may forbid it: allow seccomp(2) there"};
}

HealthFinding borrow(const HostFacts& facts) {
  return {.id = "pidfd_getfd",
          .is_missing = !facts.borrow,
          .found = words_of(facts.borrow),
          .good_for = "ls, set, run --via seccomp: reading and setting other programs' sockets",
          .remedy = facts.ptrace_scope.value_or(0) >= kOwnChildrenToo
                        ? trace_remedy()
                        : "a container's own filter may forbid it: allow pidfd_getfd(2) there"};
}

HealthFinding ptrace_scope(const HostFacts& facts) {
  const long scope = facts.ptrace_scope.value_or(0);
  const bool is_missing = scope >= 1 && ::geteuid() != 0;
  return {.id = "ptrace_scope",
          .is_missing = is_missing || scope >= kNobodyAtAll,
          .found = facts.ptrace_scope ? fmt::format("{}", scope) : "not restricted (no Yama)",
          .good_for = "ls and set, on programs that wsalive has not started",
          .remedy = trace_remedy()};
}

HealthFinding user_namespaces(const HostFacts& facts) {
  return {.id = "user_namespaces",
          .is_missing = !facts.user_namespaces,
          .found = words_of(facts.user_namespaces),
          .good_for = "the demo and tests in networks of their own",
          .remedy = user_namespace_remedy()};
}

HealthFinding repair(const HostFacts& facts) {
  return {.id = "net_admin",
          .is_missing = !facts.may_repair,
          .found = facts.may_repair ? "CAP_NET_ADMIN" : "no CAP_NET_ADMIN",
          .good_for = "idle times under a second, exactly (the engine's driver `repair`)",
          .remedy = "grant CAP_NET_ADMIN to the program, or use times of a second and more"};
}

HealthFinding tcp_diag(const HostFacts& facts) {
  const Failure failure = facts.list ? Failure{} : no_connection_list(facts.list.error());
  return {.id = "tcp_diag",
          .is_missing = !facts.list,
          .found = facts.list ? "works" : failure.reason,
          .good_for = "ls, watch, set, lint: the list of connections",
          .remedy = failure.remedy};
}

HealthFinding sock_destroy(const HostFacts& facts) {
  HealthFinding finding{
      .id = "sock_destroy",
      .is_missing = !facts.destroy,
      .found = words_of(facts.destroy),
      .good_for = "ending a dead connection at the exact instant (driver `repair`)"};
  if (facts.destroy) return finding;
  finding.remedy = "a kernel with CONFIG_INET_DIAG_DESTROY; without, a second later";
  if (facts.destroy.error().code == EPERM) finding.remedy = "grant CAP_NET_ADMIN to the program";
  if (!facts.list && lacks_tcp_diag(facts.list.error())) {
    finding.found = "takes tcp_diag";
    finding.remedy = "as for tcp_diag; without, a dead connection ends a second later";
  }
  return finding;
}

HealthFinding preload() {
  const std::string library = preload_library();
  HealthFinding finding{.id = "preload",
                        .is_missing = library.empty(),
                        .found = library.empty() ? "libwsalive-preload.so is not installed"
                                                 : "in " + fs::path{library}.parent_path().string(),
                        .good_for = "run --via preload: fractions of a second in dynamic programs",
                        .remedy = "make install"};
  if (std::string obstacle = attach::preload_naming_obstacle(library); !obstacle.empty()) {
    finding.is_missing = true;
    finding.found = std::move(obstacle);
    finding.remedy = "install wsalive into a folder without them";
  }
  return finding;
}

std::vector<HealthFinding> all_findings(const HostFacts& facts) {
  return {kernel(facts),   tick(facts),        sysctls(facts),         preload(),
          seccomp(facts),  borrow(facts),      ptrace_scope(facts),    control_groups(facts),
          bpf(facts),      pins(facts),        user_namespaces(facts), repair(facts),
          tcp_diag(facts), sock_destroy(facts)};
}

/// The way that `run` would take for one kind of program.
struct Route {
  const char* id;
  const char* program;
  std::string way;  ///< "bpf", or "none".
  std::string why;
};

Route route(const char* id, const char* program, ProgramKind kind, policy::DwordMillis idle,
            const HostFacts& facts) {
  RunFacts run;
  run.wanted = {idle, policy::DwordMillis{1000}, 10};
  run.program.kind = kind;
  const std::string library = preload_library();
  run.has_preload_library = !library.empty();
  run.preload_refusal = attach::preload_naming_obstacle(library);
  if (!facts.bpf) run.bpf_refusal = bpf_refusal(facts.bpf.error());
  const Status& supervision = facts.seccomp ? facts.borrow : facts.seccomp;
  if (!supervision) run.seccomp_refusal = seccomp_refusal(supervision.error());
  run.takes_no_new_privs = attach::filter_takes_no_new_privs();
  run.precision = registry::load_settings().precision;
  const auto plan = plan_run(Via::automatic, run);
  if (!plan) return {id, program, "none", plan.error()};
  const std::string rounded = plan->kept == run.wanted ? "" : "rounded to whole seconds; ";
  return {id, program, std::string{name_of(plan->via)}, rounded + plan->why};
}

std::vector<Route> all_routes(const HostFacts& facts) {
  constexpr policy::DwordMillis kWhole{45'000};
  constexpr policy::DwordMillis kFraction{1'500};
  return {
      route("dynamic_whole", "dynamic program, 45s", ProgramKind::dynamic, kWhole, facts),
      route("dynamic_fraction", "dynamic program, 1.5s", ProgramKind::dynamic, kFraction, facts),
      route("static_whole", "static program, 45s", ProgramKind::static_file, kWhole, facts),
      route("static_fraction", "static program, 1.5s", ProgramKind::static_file, kFraction, facts)};
}

class DoctorReport final : public Report {
 public:
  DoctorReport(std::vector<HealthFinding> findings, std::vector<Route> routes)
      : findings_(std::move(findings)), routes_(std::move(routes)) {}

  [[nodiscard]] bool has_missing() const {
    return std::ranges::any_of(findings_, &HealthFinding::is_missing);
  }

  [[nodiscard]] std::string text(const Page& page) const override {
    Columns table{{{""}, {"PART"}, {"FOUND", Align::left, 30}, {"GOOD FOR", Align::left, 28}}};
    for (const HealthFinding& each : findings_) {
      table.add({{each.is_missing ? "-" : "+", each.is_missing ? Tone::bad : Tone::good},
                 {each.id},
                 {each.found},
                 {each.good_for, Tone::faint}});
    }
    std::string text = table.text(page) + '\n';
    for (const HealthFinding& each : findings_) {
      if (each.is_missing) text += wrapped(fmt::format("{}: {}", each.id, each.remedy), page.width);
    }
    if (has_missing()) text += '\n';
    Columns ways{{{"RUN, FOR A"}, {"GOES BY"}, {"BECAUSE", Align::left, 45}}};
    for (const Route& each : routes_) {
      ways.add(
          {{each.program}, {each.way, each.way == "none" ? Tone::bad : Tone::good}, {each.why}});
    }
    return text + ways.text(page);
  }

  [[nodiscard]] nlohmann::ordered_json json() const override {
    nlohmann::ordered_json parts = nlohmann::ordered_json::array();
    for (const HealthFinding& each : findings_) {
      parts.push_back({{"part", each.id},
                       {"missing", each.is_missing},
                       {"found", each.found},
                       {"good_for", each.good_for},
                       {"remedy", each.is_missing ? nlohmann::ordered_json(each.remedy)
                                                  : nlohmann::ordered_json()}});
    }
    nlohmann::ordered_json run = nlohmann::ordered_json::object();
    for (const Route& each : routes_) run[each.id] = {{"via", each.way}, {"because", each.why}};
    return {{"parts", parts}, {"run", run}};
  }

 private:
  std::vector<HealthFinding> findings_;
  std::vector<Route> routes_;
};

class Doctor final : public Command {
 public:
  void declare(CLI::App& /*parser*/) override {}

  Outcome run() override {
    const HostFacts facts = attach::look_at_host();
    auto report = std::make_unique<DoctorReport>(all_findings(facts), all_routes(facts));
    const ExitCode code = report->has_missing() ? ExitCode::findings : ExitCode::ok;
    return Answer{std::move(report), static_cast<int>(code)};
  }
};

}  // namespace

std::unique_ptr<Command> make_doctor() { return std::make_unique<Doctor>(); }

}  // namespace wsalive::cli

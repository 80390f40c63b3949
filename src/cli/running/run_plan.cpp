#include "cli/running/run_plan.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "cli/live/keepalive_text.hpp"
#include "policy/driver_choice.hpp"

namespace wsalive::cli {
namespace {

using attach::ProgramKind;
/// Empty if a library can be preloaded into the program.
std::string preload_obstacle(const RunFacts& facts) {
  if (facts.program.gains_rights)
    return "the program gains rights when it starts, and then nothing is preloaded";
  switch (facts.program.kind) {
    case ProgramKind::static_file:
      return "the program is static";
    case ProgramKind::other_libc:
      return "the program is not loaded by glibc's loader";
    case ProgramKind::own_calls:
      return "a Go program makes its calls past every library";
    case ProgramKind::other:
      return "the program is no 64-bit ELF file of this machine";
    case ProgramKind::dynamic:
      break;
  }
  return facts.has_preload_library ? facts.preload_refusal
                                   : "libwsalive-preload.so is not installed";
}

std::string seccomp_obstacle(const RunFacts& facts) {
  if (!facts.seccomp_refusal.empty()) return facts.seccomp_refusal;
  const bool loses = facts.program.gains_rights && facts.takes_no_new_privs;
  if (loses && !facts.may_take_no_new_privs) {
    return "the program gains rights when it starts, and under seccomp it would start without them "
           "(--allow-no-new-privs)";
  }
  const bool is_closed = !facts.program.is_readable && facts.takes_no_new_privs;
  return is_closed ? "the program's file may not be read, and nothing may reach into it then" : "";
}

std::string obstacle(Via via, const RunFacts& facts) {
  switch (via) {
    case Via::preload:
      return preload_obstacle(facts);
    case Via::bpf:
      return facts.bpf_refusal;
    case Via::seccomp:
      return seccomp_obstacle(facts);
    case Via::automatic:
      break;
  }
  return {};
}

/// The way's side effects on the program.
std::string warning_of(Via via, const RunFacts& facts) {
  const bool loses = via == Via::seccomp && facts.takes_no_new_privs;
  return loses ? "programs that gain rights, such as sudo and passwd, start without them under it "
                 "(no_new_privs)"
               : "";
}

/// Which of the program's own settings take precedence: the library sees each call; bpf finds times and count marked in the
/// kernel, but not the switch; a keeper sees only the numbers.
std::string_view what_stays(Via via) {
  switch (via) {
    case Via::preload:
      return "values that the program sets itself stay (--force)";
    case Via::bpf:
      return "times and counts that the program sets itself stay (--force)";
    case Via::seccomp:
    case Via::automatic:
      break;
  }
  return "times and counts of the program's own that differ from the system's defaults stay "
         "(--force)";
}

/// The program's values take precedence and are unknown in advance.
std::string exception_of(Via via, const RunFacts& facts) {
  if (facts.is_forced) return {};
  return facts.program.kind == ProgramKind::own_calls
             ? "values of its own stay, and Go's net package sets 15s, 15s and 9 unless told "
               "otherwise (--force)"
             : std::string{what_stays(via)};
}

std::string left_alone_by(Via via, const RunFacts& facts) {
  std::string text = facts.is_connect_only ? "accepted connections are left alone" : "";
  if (via != Via::preload) return text;
  if (!text.empty()) text += "; ";
  return text +
         "static and Go programs that it starts get none (--via bpf or seccomp reaches them)";
}

/// What the library can keep in the program.  K-57
policy::Timing kept_by_library(const RunFacts& facts) {
  const policy::HostFacts host{
      .tick = std::chrono::ceil<std::chrono::microseconds>(kernel_alone().tick),
      .has_engine = facts.precision == policy::Precision::exact,
      .can_repair = facts.may_repair};
  return choose_driver(facts.wanted, host, {.established = true}).actual;
}

/// Why that differs from the wanted timing.
std::string late_note(const RunPlan& plan, const policy::Timing& wanted) {
  if (plan.accuracy.by == policy::KeptBy::kernel) {
    return fmt::format("the kernel alone was chosen, and keeps whole seconds, up to {}s; wanted {}",
                       policy::kLongestKernelTime.count(), in_words(wanted));
  }
  return fmt::format("times below a second take CAP_NET_ADMIN; wanted {}", in_words(wanted));
}

RunPlan taken(RunPlan plan, Via via, const RunFacts& facts, std::string why) {
  plan.via = via;
  if (via == Via::preload) {
    plan.kept = kept_by_library(facts);
    plan.accuracy = with_our_library(facts.precision);
    plan.is_late = plan.kept != facts.wanted;
  }
  plan.why = std::move(why);
  plan.warning = warning_of(via, facts);
  plan.exception = exception_of(via, facts);
  plan.left_alone = left_alone_by(via, facts);
  return plan;
}

}  // namespace

policy::KernelFit fit_of(const RunFacts& facts) {
  policy::KernelFit fit = policy::fit_to_kernel(facts.wanted, facts.rounding);
  fit.user_timeout_ms = facts.user_timeout_ms;
  return fit;
}

bool gains_by_engine(const RunFacts& facts) {
  return facts.precision == policy::Precision::exact &&
         policy::as_timing(fit_of(facts)) != facts.wanted;
}

tl::expected<RunPlan, std::string> plan_run(Via asked, const RunFacts& facts) {
  RunPlan plan;
  plan.fit = fit_of(facts);
  plan.kept = policy::as_timing(plan.fit);
  plan.accuracy = kernel_alone();
  if (asked != Via::automatic) {
    std::string reason = obstacle(asked, facts);
    if (!reason.empty()) return tl::unexpected(std::move(reason));
    return taken(std::move(plan), asked, facts, "");
  }
  std::string reasons;
  const bool needs_engine = gains_by_engine(facts);
  if (needs_engine) {
    const std::string reason = preload_obstacle(facts);
    if (reason.empty())
      return taken(std::move(plan), Via::preload, facts, "the times need the engine");
    reasons = "no preload: " + reason;
  }
  for (const Via via : {Via::bpf, Via::preload, Via::seccomp}) {
    if (via == Via::preload && needs_engine) continue;  // Reported already.
    const std::string reason = obstacle(via, facts);
    if (reason.empty()) return taken(std::move(plan), via, facts, std::move(reasons));
    reasons += fmt::format("{}no {}: {}", reasons.empty() ? "" : "; ", name_of(via), reason);
  }
  return tl::unexpected(reasons);
}

std::string describe(const RunPlan& plan, const policy::Timing& wanted) {
  std::string text = fmt::format(
      "keep-alive by {}: {}", name_of(plan.via),
      plan.kept.probes == 0 ? "no probe ever leaves" : in_words(plan.kept, plan.accuracy));
  if (plan.kept != wanted) {
    text += fmt::format(" ({})",
                        plan.is_late ? late_note(plan, wanted) : rounding_note(wanted, plan.fit));
  }
  for (const std::string* const more :
       {&plan.exception, &plan.left_alone, &plan.warning, &plan.why}) {
    if (!more->empty()) text += "; " + *more;
  }
  return text;
}

std::string preload_library() {
  namespace fs = std::filesystem;
  std::error_code trouble;
  const fs::path folder = fs::read_symlink("/proc/self/exe", trouble).parent_path();
  for (const char* place : {WSALIVE_PRELOAD_FROM_BIN, "../src/attach"}) {
    const fs::path library = folder / place / "libwsalive-preload.so";
    if (::access(library.c_str(), R_OK) == 0)
      return fs::weakly_canonical(library, trouble).string();
  }
  return {};
}

}  // namespace wsalive::cli

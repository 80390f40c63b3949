#include "cli/run_plan.hpp"

#include <fmt/format.h>

#include "cli/keepalive_text.hpp"

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
    case ProgramKind::other:
      return "the program is no 64-bit ELF file of this machine";
    case ProgramKind::dynamic:
      break;
  }
  return facts.has_preload_library ? "" : "libwsalive-preload.so is not installed";
}

std::string seccomp_obstacle(const RunFacts& facts) {
  if (!facts.seccomp_refusal.empty()) return facts.seccomp_refusal;
  const bool loses = facts.program.gains_rights && !facts.is_privileged;
  return loses ? "the program gains rights when it starts, and under seccomp it would start "
                 "without them"
               : "";
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

}  // namespace

tl::expected<RunPlan, std::string> plan_run(Via asked, const RunFacts& facts) {
  RunPlan plan;
  plan.fit = policy::fit_to_kernel(facts.wanted, facts.rounding);
  plan.exact = policy::as_timing(plan.fit) == facts.wanted;
  if (asked != Via::automatic) {
    if (std::string reason = obstacle(asked, facts); !reason.empty())
      return tl::unexpected(std::move(reason));
    plan.via = asked;
    plan.exact = plan.exact || asked == Via::preload;
    return plan;
  }
  if (!plan.exact && preload_obstacle(facts).empty()) {
    plan.via = Via::preload;
    plan.exact = true;
    plan.why = "the times need the engine";
    return plan;
  }
  std::string reasons;
  if (!plan.exact) reasons = "no preload: " + preload_obstacle(facts);
  for (const Via via : {Via::bpf, Via::seccomp, Via::preload}) {
    if (via == Via::preload && !plan.exact) break;  // Said already.
    const std::string reason = obstacle(via, facts);
    if (reason.empty()) {
      plan.via = via;
      plan.why = reasons;
      return plan;
    }
    reasons += fmt::format("{}no {}: {}", reasons.empty() ? "" : "; ", name_of(via), reason);
  }
  return tl::unexpected(reasons);
}

std::string describe(const RunPlan& plan, const policy::Timing& wanted) {
  std::string text = fmt::format("keep-alive by {}: {}", name_of(plan.via),
                                 in_words(plan.exact ? wanted : policy::as_timing(plan.fit)));
  if (!plan.exact) text += fmt::format(" ({})", rounding_note(wanted, plan.fit));
  if (!plan.why.empty()) text += "; " + plan.why;
  return text;
}

}  // namespace wsalive::cli

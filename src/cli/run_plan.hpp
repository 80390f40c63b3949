// Which way `wsalive run` reaches a program, and why: a decision from facts, without doing anything.
//
//   a value needs the engine, and the program can be preloaded -> preload, exact to the millisecond
//   else bpf, which costs nothing per call, where it is allowed
//   else seccomp, which needs no right
//   else preload after all, where it can be
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "attach/program_kind.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::cli {

enum class Via : std::uint8_t { automatic, preload, bpf, seccomp };

inline constexpr std::array<std::string_view, 4> kViaNames{"auto", "preload", "bpf", "seccomp"};

constexpr std::string_view name_of(Via via) noexcept {
  return kViaNames[static_cast<std::size_t>(via)];
}

struct RunFacts {
  policy::Timing wanted;
  policy::RoundIdle rounding = policy::RoundIdle::down;
  attach::ProgramFile program;
  bool has_preload_library = false;
  std::string bpf_refusal;      ///< Empty: bpf can be had.
  std::string seccomp_refusal;  ///< Empty: seccomp can be had.
  bool is_privileged = false;   ///< A filter needs no no-new-privileges: programs may gain rights.
};

struct RunPlan {
  Via via = Via::seccomp;
  policy::KernelFit fit;  ///< What the kernel is told, for bpf and seccomp.
  bool exact = true;      ///< Whether that is what was wanted.
  std::string why;        ///< "the times need the engine", "bpf: not permitted".
};

/// \param asked  automatic, or the one way that must be taken.
/// \return the plan, or why that way cannot be taken, as a sentence without a full stop.
[[nodiscard]] tl::expected<RunPlan, std::string> plan_run(Via asked, const RunFacts& facts);

/// "keep-alive by seccomp: after 1s of silence, every 1s, 6 times (wanted 1.5s, 300ms, 5: ...)"
[[nodiscard]] std::string describe(const RunPlan& plan, const policy::Timing& wanted);

}  // namespace wsalive::cli

// Which way `wsalive run` reaches a program, and why: a decision from facts, without doing anything.
//
//   a value needs the engine, and the program can be preloaded -> preload, exact to the millisecond
//   else bpf, which costs nothing per call, where it is allowed
//   else preload, which needs no right and no process beside the program
//   else seccomp, which needs no right either and reaches every program, but whose connects wait for a keeper
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "attach/program_file.hpp"
#include "policy/kernel_fit.hpp"
#include "policy/kernel_timer.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::cli {

enum class Via : std::uint8_t { automatic, preload, bpf, seccomp };

inline constexpr std::array<std::string_view, 4> kViaNames{"auto", "preload", "bpf", "seccomp"};

constexpr std::string_view name_of(Via via) noexcept {
  return kViaNames[static_cast<std::size_t>(via)];
}

struct RunFacts {
  policy::Timing wanted;
  policy::Precision precision = policy::Precision::exact;  ///< Of the preloaded library.  K-121
  bool may_repair = false;  ///< The program will have CAP_NET_ADMIN over its network.
  policy::RoundIdle rounding = policy::RoundIdle::down;
  std::optional<std::uint32_t> user_timeout_ms{};  ///< 0: off; nullopt: left alone.
  bool is_forced = false;                          ///< Overrides the program's own values, too.
  bool is_connect_only = false;                    ///< Accepted connections are left alone.
  attach::ProgramFile program;
  bool has_preload_library = false;
  std::string preload_refusal;         ///< Empty: the program's loader takes the library.
  std::string bpf_refusal;             ///< Empty: bpf is available.
  std::string seccomp_refusal;         ///< Empty: seccomp is available.
  bool takes_no_new_privs = true;      ///< Under seccomp no program gains rights.
  bool may_take_no_new_privs = false;  ///< The user allows that for a program that would gain some.
};

struct RunPlan {
  Via via = Via::seccomp;
  policy::KernelFit fit;      ///< The values for the kernel, with bpf and seccomp.
  policy::Timing kept;        ///< In force: the fit, or what the preloaded library keeps.
  policy::Accuracy accuracy;  ///< Of what keeps it.
  bool is_late = false;       ///< The library can only keep later times than the wanted ones.
  std::string why;            ///< "the times need the engine", "no bpf: not permitted".
  std::string warning;        ///< Side effects on the program; mostly empty.
  std::string exception;      ///< Which of its connections may have other values; empty: none.
  std::string left_alone;     ///< Which get none.
};

/// The values for the kernel.
[[nodiscard]] policy::KernelFit fit_of(const RunFacts& facts);

/// Whether the preloaded library's engine keeps what the kernel alone cannot.
[[nodiscard]] bool gains_by_engine(const RunFacts& facts);

/// \param asked  automatic, or the one way that must be taken.
/// \return the plan, or why that way cannot be taken, as a sentence without a full stop.
[[nodiscard]] tl::expected<RunPlan, std::string> plan_run(Via asked, const RunFacts& facts);

/// "keep-alive by seccomp: after 1s of silence, every 1s, 6 times (wanted 1.5s, 300ms, 5: ...)"
[[nodiscard]] std::string describe(const RunPlan& plan, const policy::Timing& wanted);

/// The path of the library for `run --via preload`, relative to the command: in the installed folder of libraries, or in the
/// build tree. Empty: it does not exist.
[[nodiscard]] std::string preload_library();

}  // namespace wsalive::cli

// Which connections wire.printed_instants makes, and what the command prints about each.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "policy/kernel_timer.hpp"
#include "support/asked.hpp"

namespace wsalive::test::printed {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// How a connection gets its times.
enum class Way : std::uint8_t {
  our_program,
  set,
  run_by_seccomp,
  run_by_preload,
  run_by_bpf,
  attached
};

/// What is different about it.
enum class But : std::uint8_t {
  nothing,
  by_kernel,      ///< The kernel alone was chosen, where our engine could drive.  K-121
  without_right,  ///< Its program has no CAP_NET_ADMIN: no time below a second can be kept.
};

struct Row {
  Way way;
  std::uint32_t idle, interval;
  std::uint8_t probes;
  milliseconds path_timeout{};  ///< T, I and N follow from it; 0: they are given.
  But but = But::nothing;
  [[nodiscard]] policy::SourcedTiming wanted() const {
    const auto wanted = asked(idle, interval, probes);
    return but == But::by_kernel ? by_kernel(wanted) : wanted;
  }
  /// A look takes about as long: which of its probes is the next one is not known.
  [[nodiscard]] bool is_close_together() const { return interval != 0 && interval <= 200; }
  [[nodiscard]] bool has_our_library() const {
    return way == Way::our_program || way == Way::run_by_preload;
  }
  [[nodiscard]] bool is_driven() const { return has_our_library() && but != But::by_kernel; }
  /// What the numbers alone tell is true of it.
  [[nodiscard]] bool is_as_numbers_are() const {
    return path_timeout == 0ms && but != But::without_right;
  }
};

inline constexpr std::array kShort{
    Row{Way::our_program, 1000, 1000, 3},
    Row{Way::our_program, 1500, 300, 4},
    Row{Way::our_program, 600, 100, 7},
    Row{Way::our_program, 3000, 1000, 3},
    Row{Way::our_program, 500, 300, 3},
    Row{Way::our_program, 1500, 300, 3, 0ms, But::by_kernel},
    Row{Way::our_program, 1000, 3000, 2, 0ms, But::by_kernel},
    Row{Way::our_program, 1000, 3000, 2},
    Row{Way::set, 1000, 1000, 3},
    Row{Way::set, 2000, 1000, 4},
    Row{Way::set, 3000, 2000, 2},
    Row{Way::set, 1000, 3000, 2},
    Row{Way::set, 0, 0, 0, 4s},
};
inline constexpr std::array kBySeccomp{Row{Way::run_by_seccomp, 2000, 1000, 3},
                                       Row{Way::run_by_seccomp, 1000, 3000, 2},
                                       Row{Way::run_by_seccomp, 0, 0, 0, 4s}};
inline constexpr std::array kByPreload{
    Row{Way::run_by_preload, 1500, 250, 4},
    Row{Way::run_by_preload, 2000, 1000, 2},
    Row{Way::run_by_preload, 500, 300, 3},
    Row{Way::run_by_preload, 0, 0, 0, 2s},
    Row{Way::run_by_preload, 1500, 300, 3, 0ms, But::by_kernel},
    Row{Way::run_by_preload, 1000, 3000, 2, 0ms, But::by_kernel}};
inline constexpr std::array kWithoutRight{
    Row{Way::run_by_preload, 500, 300, 4, 0ms, But::without_right},
    Row{Way::run_by_preload, 0, 0, 0, 1500ms, But::without_right}};
inline constexpr std::array kByBpf{Row{Way::run_by_bpf, 1000, 3000, 2},
                                   Row{Way::run_by_bpf, 0, 0, 0, 4s}};
inline constexpr std::array kAttached{Row{Way::attached, 1000, 3000, 2},
                                      Row{Way::attached, 0, 0, 0, 4s}};
/// As in production.
inline constexpr std::array kLong{
    Row{Way::our_program, 45'000, 5'000, 5},    Row{Way::our_program, 58'000, 1'000, 10},
    Row{Way::our_program, 345'000, 1'000, 3},   Row{Way::set, 20'000, 1'000, 3},
    Row{Way::set, 58'000, 1'000, 10},           Row{Way::set, 129'000, 16'000, 2},
    Row{Way::set, 345'000, 75'000, 2},          Row{Way::set, 0, 0, 0, 350s},
    Row{Way::set, 45'000, 75'000, 2},           Row{Way::run_by_seccomp, 45'000, 5'000, 5},
    Row{Way::run_by_preload, 45'000, 5'000, 5},
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
  bool is_rough =
      false;  ///< The look took its time: the probe before the one that is meant may lie in it.
};
/// What `lint` says of a path that forgets after so long.
struct Verdict {
  milliseconds path_timeout;
  bool is_kept;
};

/// From one unanswered probe to the next.
struct Gap {
  std::string source;
  policy::Span length;
};

struct Watched {
  Row row{};
  std::uint16_t port = 0;  ///< Of the server, one for each.
  std::string target;      ///< PID:FD
  int error = 0;  ///< The error that its program gets at the end, by explain; 0: not known.
  int fd = -1;    ///< Of a program of this process.
  std::vector<Claim> claims;
  std::vector<Gap> gaps;
  std::vector<Moment> moments;
  std::vector<Verdict> verdicts;
};

}  // namespace wsalive::test::printed

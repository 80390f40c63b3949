// The search for a path's time-out: which idle connection to probe when, and what the answers mean.
//
// Pure layer: instants come in as parameters, connections are numbers, nothing blocks and nothing is sent, so that a search of
// two hours is a test of microseconds. `wsalive path` does what a Step says and reports what it saw.
//
// A few connections wait in silence. Before the first loss, the oldest climb a ladder of idle times, one connection a rung; a
// new connection replaces each probed one, so that the ages of the waiting ones are spread. The first loss closes the bracket
// from above. The waiting connections are inside the bracket already, or soon: they are probed in the middle of what is left,
// without a second round of waiting. So a path of 350 s takes little more than 350 s.
//
// An answer proves that the path kept the connection. Silence proves little: probes get lost, a far end goes down, a firewall
// restarts. So a silence is several unanswered probes (which the caller sends), a younger connection is probed as a control,
// and the bracket's upper end needs two losses.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "policy/kernel_timer.hpp"
#include "policy/timeline.hpp"

namespace wsalive::path {

struct PathWish {
  policy::Millis longest{7'500'000};  ///< No idle time beyond this is tried.
  std::size_t connections = 12;       ///< Idle at the same time; 2 or more.
};

/// The observed state of an idle connection that was probed, or that ended by itself.
enum class PathSight : std::uint8_t {
  kept,       ///< The far end answered.
  silent,     ///< None of several probes was answered.
  reset,      ///< A probe was answered with a reset.
  closed,     ///< The far end closed it before a probe: its own idle limit.
  cut_short,  ///< A reset came before a probe.
};

struct PathObservation {
  policy::Millis idle{};
  PathSight sight = PathSight::kept;

  friend constexpr bool operator==(const PathObservation&, const PathObservation&) = default;
};

enum class PathFinding : std::uint8_t {
  forgets,        ///< The bracket is narrow enough: the path forgets within it.
  keeps,          ///< The path keeps the longest time that was tried.
  far_end_ends,   ///< The far end (or the path in its name) closes idle connections.
  far_end_talks,  ///< The far end sends data, so that no connection stays idle for longer.
  no_answer,      ///< Not even the youngest connection answers probes.
  unreachable,    ///< The far end was lost during the search.
  unsteady,       ///< Of connections of the same age some are kept and some are lost.
};

struct PathResult {
  PathFinding finding = PathFinding::unreachable;
  policy::Millis kept{};                ///< The longest idle time that was kept; 0: none.
  std::optional<policy::Millis> lost;   ///< The shortest above it that was lost.
  PathSight how = PathSight::silent;    ///< How `lost` was lost, or how the far end closed.
  std::optional<policy::Millis> limit;  ///< The idle time after which the far end closes or talks.
  std::optional<policy::Millis> earliest_loss;  ///< Below `kept`: a contradiction.
  std::size_t outages = 0;  ///< Losses by the far end or the network, not by age.
  policy::Millis
      blur{};  ///< The uncertainty of the idle times themselves: the round trip of an order.

  /// The middle of the bracket, and half its width; nullopt without a bracket.
  [[nodiscard]] constexpr std::optional<policy::Millis> estimate() const noexcept {
    return lost ? std::optional{(kept + *lost) / 2} : std::nullopt;
  }
  [[nodiscard]] constexpr policy::Millis error() const noexcept {
    return lost ? (*lost - kept + policy::Millis{1}) / 2 + blur : policy::Millis{};
  }
};

/// Settings that keep a connection alive on the path (policy/path_settings.hpp), from the longest idle time that was kept.
/// nullopt where none was kept, where the far end closes connections itself, or where no settings suffice.
[[nodiscard]] std::optional<policy::Timing> advice_for(const PathResult& result,
                                                       const policy::Accuracy& accuracy) noexcept;

/// The final width of a bracket: a fiftieth of its upper end, 100 ms at least.
[[nodiscard]] constexpr policy::Millis path_precision(policy::Millis lost) noexcept {
  return std::max(lost / 50, policy::Millis{100});
}

/// An idle connection.
struct PathWaiter {
  std::uint32_t id = 0;
  policy::Millis since{};  ///< When it fell silent.
};

enum class PathAct : std::uint8_t { open, probe, discard, wait, done };

/// What to do now. Ask again after `wait`, or after an observation.
struct PathStep {
  PathAct act = PathAct::done;
  std::uint32_t id = 0;    ///< Of `probe` and `discard`.
  policy::Millis until{};  ///< Of `wait`; Millis::max(): until the verdict on the probe under way.
};

class PathSearch {
 public:
  /// \param earlier  Observations of an interrupted search: its bracket is still valid, its connections are gone.
  PathSearch(const PathWish& wish, const std::vector<PathObservation>& earlier = {});

  [[nodiscard]] PathStep next(policy::Millis now);

  // Observations. `now` never runs backwards.
  void opened(std::uint32_t id, policy::Millis now);
  /// Not even the first connection could be made: the search ends.
  void give_up() { finish(PathFinding::unreachable); }
  /// No further connection could be made.
  void refused(policy::Millis now);
  /// The verdict on the probe under way. `idle`: the silence before it, where the prober has measured it itself.
  void judged(PathSight sight, policy::Millis now,
              std::optional<policy::Millis> idle = std::nullopt);
  /// A waiting connection has ended without a probe: closed or cut_short.
  void ended(std::uint32_t id, PathSight sight, policy::Millis now);
  /// The far end sent data on a waiting connection: its silence restarts.
  void spoke(std::uint32_t id, policy::Millis now);

  /// Lowers the longest idle time to try. Without effect once a loss is known.
  void limit_to(policy::Millis longest) noexcept;
  /// Sets the uncertainty of idle times: no bracket can be narrower than twice that.
  void blurred_by(policy::Millis blur) noexcept { blur_ = blur; }

  [[nodiscard]] const std::vector<PathObservation>& observations() const noexcept { return seen_; }
  [[nodiscard]] const std::vector<PathWaiter>& waiters() const noexcept { return waiters_; }
  /// The result so far, final once `next` says done.
  [[nodiscard]] PathResult result() const;
  /// Whether `next` has said done, or will.
  [[nodiscard]] bool is_over() const noexcept { return finding_.has_value(); }
  /// Longest idle time kept and shortest lost so far, for display.
  [[nodiscard]] policy::Millis kept() const noexcept { return low_; }
  [[nodiscard]] std::optional<policy::Millis> lost() const noexcept { return high_; }
  /// The next idle time to try, as far as it is known.
  [[nodiscard]] policy::Millis target() const noexcept;

 private:
  enum class Purpose : std::uint8_t { age, control };
  struct Probe {
    PathWaiter waiter;
    policy::Millis idle{};
    Purpose purpose = Purpose::age;
  };

  struct Loss {
    policy::Millis since{};
    policy::Millis idle{};
  };
  struct Ended {
    policy::Millis since{};
    policy::Millis age{};
  };

  void note(const PathObservation& observation);
  void settle();
  void judge_control(PathSight sight, policy::Millis since);
  void prove(policy::Millis since);
  void void_loss();
  [[nodiscard]] bool narrow() const noexcept;
  [[nodiscard]] bool confirmed() const noexcept;
  [[nodiscard]] std::optional<PathStep> open_if_due(policy::Millis now);
  [[nodiscard]] policy::Millis opening_due() const noexcept;
  [[nodiscard]] std::uint32_t most_crowded(policy::Millis now) const;
  [[nodiscard]] policy::Millis opening_gap() const noexcept;
  [[nodiscard]] std::optional<PathStep> control(policy::Millis now);
  [[nodiscard]] std::optional<PathStep> discard_useless(policy::Millis now);
  [[nodiscard]] PathStep discard(std::uint32_t id);
  [[nodiscard]] PathStep climb(policy::Millis now);
  [[nodiscard]] PathStep squeeze(policy::Millis now);
  [[nodiscard]] PathStep confirm(policy::Millis now);
  [[nodiscard]] PathStep probe_at(const PathWaiter& waiter, policy::Millis idle, policy::Millis now,
                                  Purpose purpose = Purpose::age);
  [[nodiscard]] PathStep start(const PathWaiter& waiter, policy::Millis now, Purpose purpose);
  void remove(std::uint32_t id);
  void finish(PathFinding finding) { finding_ = finding; }

  PathWish wish_;
  std::vector<PathWaiter> waiters_;  ///< Oldest first, except those whose silence restarted.
  std::vector<PathObservation> seen_;
  std::optional<Probe> probing_;
  std::optional<PathObservation> doubtful_;  ///< A loss that still needs a control.
  policy::Millis doubtful_since_{};
  std::vector<Loss> losses_;  ///< Of this search.
  std::optional<policy::Millis>
      proved_;  ///< The earliest start of a silence that was kept since the first loss.
  bool begins_anew_ = false;  ///< An outage may have lost the waiting connections.
  policy::Millis low_{};
  std::optional<policy::Millis> high_;
  std::optional<PathFinding> finding_;
  std::optional<policy::Millis> limit_;
  PathSight limit_how_ = PathSight::closed;
  std::optional<policy::Millis> first_opened_;
  policy::Millis last_opened_{};
  policy::Millis not_before_{};  ///< No opening before.
  policy::Millis blur_{};
  policy::Millis
      short_by_{};    ///< By how much the measured silence fell short of the requested one.
  std::size_t room_;  ///< Connections that the far end admits.
  std::size_t refusals_ = 0;
  std::size_t outages_ = 0;
  std::size_t outages_in_a_row_ = 0;
  std::size_t contradictions_ = 0;
  std::size_t talks_ = 0;
  std::vector<Ended> ends_;  ///< Connections that ended by themselves.
};

}  // namespace wsalive::path

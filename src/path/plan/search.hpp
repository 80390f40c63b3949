// How long a path keeps an idle connection: which connection is to be probed when, and what the answers mean.
//
// Pure layer: instants come in as parameters, connections are numbers, nothing waits and nothing is sent, so that
// a search of two hours is a test of microseconds. `wsalive path` does what a Step says and reports what it saw.
//
// A few connections wait in silence. While nothing is known to be lost, the oldest climb a ladder of idle times, a
// connection a rung; each that was probed is replaced by a new one, so that the ages of those that wait are spread.
// The first loss closes the bracket from above, and those that wait lie inside it already, or soon: they are
// probed in the middle of what is left, without a second round of waiting. So a path of 350 s takes little more
// than 350 s.
//
// An answer proves that the path kept the connection. Silence proves little: probes get lost, a far end goes
// down, a firewall restarts. So a silence is several unanswered probes (the caller's part), a younger
// connection is probed as a control, and the bracket's upper end must have been seen twice.
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
  std::size_t connections = 12;       ///< That wait at the same time; 2 or more.
};

/// What became of an idle connection that was probed, or that ended by itself.
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
  forgets,        ///< The bracket is narrow: the path forgets within it.
  keeps,          ///< The path keeps the longest time that was tried.
  far_end_ends,   ///< The far end (or the path in its name) ends idle connections by itself.
  far_end_talks,  ///< The far end sends by itself, so that no connection stays idle for longer.
  no_answer,      ///< Not even the youngest connection's probes are answered.
  unreachable,    ///< The far end was lost during the search.
  unsteady,       ///< Connections of the same age are kept and lost.
};

struct PathResult {
  PathFinding finding = PathFinding::unreachable;
  policy::Millis kept{};                ///< The longest idle time that was kept; 0: none.
  std::optional<policy::Millis> lost;   ///< The shortest above it that was lost.
  PathSight how = PathSight::silent;    ///< In which way, of `lost` or of the far end's end.
  std::optional<policy::Millis> limit;  ///< After which the far end ends or talks.
  std::optional<policy::Millis> earliest_loss;  ///< Below `kept`: a contradiction.
  std::size_t outages =
      0;  ///< Losses that were the far end's or the network's, not put down to age.
  policy::Millis
      blur{};  ///< By which idle times themselves are uncertain: the round trip of an order.

  /// The middle of the bracket, and half its width; nullopt without a bracket.
  [[nodiscard]] constexpr std::optional<policy::Millis> estimate() const noexcept {
    return lost ? std::optional{(kept + *lost) / 2} : std::nullopt;
  }
  [[nodiscard]] constexpr policy::Millis error() const noexcept {
    return lost ? (*lost - kept + policy::Millis{1}) / 2 + blur : policy::Millis{};
  }
};

/// Settings that keep a connection alive on the path (policy/path_settings.hpp), by what is known to be kept.
/// nullopt where nothing is known to be kept, where the far end ends connections itself, or no such settings can be had.
[[nodiscard]] std::optional<policy::Timing> advice_for(const PathResult& result,
                                                       const policy::Accuracy& accuracy) noexcept;

/// How wide a bracket may be at its end: a fiftieth of it, 100 ms at least.
[[nodiscard]] constexpr policy::Millis path_precision(policy::Millis lost) noexcept {
  return std::max(lost / 50, policy::Millis{100});
}

/// Who waits.
struct PathWaiter {
  std::uint32_t id = 0;
  policy::Millis since{};  ///< When it fell silent.
};

enum class PathAct : std::uint8_t { open, probe, discard, wait, done };

/// What to do now. After `wait`, or when something was seen, ask again.
struct PathStep {
  PathAct act = PathAct::done;
  std::uint32_t id = 0;    ///< Of `probe` and `discard`.
  policy::Millis until{};  ///< Of `wait`; Millis::max(): until the verdict on the probe under way.
};

class PathSearch {
 public:
  /// \param earlier  What an interrupted search has seen: its bracket holds, its connections are gone.
  PathSearch(const PathWish& wish, const std::vector<PathObservation>& earlier = {});

  [[nodiscard]] PathStep next(policy::Millis now);

  // What was seen. `now` never runs backwards.
  void opened(std::uint32_t id, policy::Millis now);
  /// Not even the first connection could be made, and no other is tried.
  void give_up() { finish(PathFinding::unreachable); }
  /// No further connection could be made.
  void refused(policy::Millis now);
  /// The verdict on the probe under way. `idle`: the silence before it, where the prober has measured it itself.
  void judged(PathSight sight, policy::Millis now,
              std::optional<policy::Millis> idle = std::nullopt);
  /// One that waited has ended without a probe of ours: closed or cut_short.
  void ended(std::uint32_t id, PathSight sight, policy::Millis now);
  /// The far end sent something on one that waited: its silence begins anew.
  void spoke(std::uint32_t id, policy::Millis now);

  /// From now on nothing beyond is tried, where no more is to be learnt there; nothing changes where a loss is known.
  void limit_to(policy::Millis longest) noexcept;
  /// Idle times are uncertain by so much: no bracket can be narrower than twice that.
  void blurred_by(policy::Millis blur) noexcept { blur_ = blur; }

  [[nodiscard]] const std::vector<PathObservation>& observations() const noexcept { return seen_; }
  [[nodiscard]] const std::vector<PathWaiter>& waiters() const noexcept { return waiters_; }
  /// The result so far, final once `next` says done.
  [[nodiscard]] PathResult result() const;
  /// Whether `next` has said done, or will.
  [[nodiscard]] bool is_over() const noexcept { return finding_.has_value(); }
  /// Longest idle time kept and shortest lost so far, for the eye.
  [[nodiscard]] policy::Millis kept() const noexcept { return low_; }
  [[nodiscard]] std::optional<policy::Millis> lost() const noexcept { return high_; }
  /// The idle time that is tried next, as far as it is known.
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
  std::vector<PathWaiter> waiters_;  ///< Oldest first, but for those that spoke.
  std::vector<PathObservation> seen_;
  std::optional<Probe> probing_;
  std::optional<PathObservation> doubtful_;  ///< A loss that a control must confirm.
  policy::Millis doubtful_since_{};
  std::vector<Loss> losses_;  ///< Seen in this search, with their births.
  std::optional<policy::Millis>
      proved_;                ///< The earliest birth that was kept since the first loss.
  bool begins_anew_ = false;  ///< Those that wait may have been lost in an outage.
  policy::Millis low_{};
  std::optional<policy::Millis> high_;
  std::optional<PathFinding> finding_;
  std::optional<policy::Millis> limit_;
  PathSight limit_how_ = PathSight::closed;
  std::optional<policy::Millis> first_opened_;
  policy::Millis last_opened_{};
  policy::Millis not_before_{};  ///< No opening before.
  policy::Millis blur_{};
  policy::Millis short_by_{};  ///< So much less than asked for the prober has measured.
  std::size_t room_;           ///< Connections that the far end lets us have.
  std::size_t refusals_ = 0;
  std::size_t outages_ = 0;
  std::size_t outages_in_a_row_ = 0;
  std::size_t contradictions_ = 0;
  std::size_t talks_ = 0;
  std::vector<Ended> ends_;  ///< Connections that ended by themselves.
};

}  // namespace wsalive::path

// The trial of a search's advice: one connection with the advised settings, held for longer than an idle one is kept. Do its
// probes keep it? On some paths only data counts, and then no settings help.
//
// Pure layer, as the search is: observations come in with the connection's age.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "path/plan/search.hpp"
#include "policy/kernel_timer.hpp"
#include "policy/timeline.hpp"

namespace wsalive::path {

enum class TrialFinding : std::uint8_t {
  kept,         ///< A probe was answered at an age at which the path loses an idle connection.
  not_counted,  ///< It was lost all the same, although its probes had been answered.
  ended,        ///< The far end closed it.
  unsettled,    ///< It was lost sooner than an idle one, or the far end sent data.
  not_made,     ///< It could not be made.
};

enum class TrialSight : std::uint8_t { nothing, answered, spoke, closed, reset, given_up };

struct PathTrial {
  policy::Timing timing{};
  TrialFinding finding = TrialFinding::unsettled;
  policy::Millis held{};      ///< Its age at the end.
  policy::Millis answered{};  ///< When its last probe was answered; 0: none was.
};

class TrialPlan {
 public:
  /// \param result  With a bracket: `lost` has a value.
  TrialPlan(const policy::Timing& timing, const PathResult& result,
            const policy::Accuracy& accuracy) noexcept;

  /// The longest duration: the verdict comes with the first probe beyond the bracket, or when that goes unanswered.
  [[nodiscard]] policy::Millis longest() const noexcept { return longest_; }

  /// nullopt: it goes on.
  [[nodiscard]] std::optional<PathTrial> saw(TrialSight sight, policy::Millis age) noexcept;

 private:
  [[nodiscard]] PathTrial end(TrialFinding finding, policy::Millis age) const noexcept;

  policy::Timing timing_;
  policy::Millis kept_;
  policy::Millis lost_;
  policy::Millis longest_;
  policy::Millis answered_{};
};

// Bodies.

inline TrialPlan::TrialPlan(const policy::Timing& timing, const PathResult& result,
                            const policy::Accuracy& accuracy) noexcept
    : timing_(timing),
      kept_(std::min(result.kept, result.earliest_loss.value_or(result.kept))),
      lost_(result.lost.value_or(result.kept) + result.blur) {
  // The latest probe beyond the bracket, and all that follow it if it goes unanswered.
  const auto end = policy::give_up_span(timing, accuracy);
  longest_ = lost_ + (end ? end->latest : policy::Millis{}) + policy::Millis{1'000};
}

inline std::optional<PathTrial> TrialPlan::saw(TrialSight sight, policy::Millis age) noexcept {
  switch (sight) {
    case TrialSight::answered:
      answered_ = age;
      if (age > lost_) return end(TrialFinding::kept, age);
      break;
    case TrialSight::spoke:
      return end(TrialFinding::unsettled, age);
    case TrialSight::closed:
      return end(TrialFinding::ended, age);
    case TrialSight::reset:
    case TrialSight::given_up:
      return end(age > kept_ ? TrialFinding::not_counted : TrialFinding::unsettled, age);
    case TrialSight::nothing:
      break;
  }
  if (age >= longest_) return end(TrialFinding::not_counted, age);
  return std::nullopt;
}

inline PathTrial TrialPlan::end(TrialFinding finding, policy::Millis age) const noexcept {
  return {.timing = timing_, .finding = finding, .held = age, .answered = answered_};
}

}  // namespace wsalive::path

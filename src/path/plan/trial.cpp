#include "path/plan/trial.hpp"

namespace wsalive::path {

using policy::Millis;

TrialPlan::TrialPlan(const policy::Timing& timing, const PathResult& result,
                     const policy::Accuracy& accuracy) noexcept
    : timing_(timing),
      kept_(std::min(result.kept, result.earliest_loss.value_or(result.kept))),
      lost_(result.lost.value_or(result.kept) + result.blur) {
  // The latest probe beyond the bracket, and all that follow it where it goes unanswered.
  const auto end = policy::give_up_span(timing, accuracy);
  longest_ = lost_ + (end ? end->latest : Millis{}) + Millis{1'000};
}

std::optional<PathTrial> TrialPlan::saw(TrialSight sight, Millis age) noexcept {
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

PathTrial TrialPlan::end(TrialFinding finding, Millis age) const noexcept {
  return {.timing = timing_, .finding = finding, .held = age, .answered = answered_};
}

}  // namespace wsalive::path

// One connection that is held with the settings that a search advises, for longer than an idle one is kept: do its probes
// keep it? On some paths only data counts, and then no settings help.
//
// Pure layer, as the search is: what was seen comes in with its age.
#pragma once

#include <cstdint>
#include <optional>

#include "path/plan/search.hpp"
#include "policy/kernel_timer.hpp"
#include "policy/timeline.hpp"

namespace wsalive::path {

enum class TrialFinding : std::uint8_t {
  kept,         ///< A probe was answered at an age at which an idle connection is lost.
  not_counted,  ///< It was lost all the same, though its probes had been answered.
  ended,        ///< The far end closed it.
  unsettled,    ///< It was lost sooner than an idle one is, or the far end spoke.
  not_made,     ///< It could not be made.
};

enum class TrialSight : std::uint8_t { nothing, answered, spoke, closed, reset, given_up };

struct PathTrial {
  policy::Timing timing{};
  TrialFinding finding = TrialFinding::unsettled;
  policy::Millis held{};      ///< How old it became.
  policy::Millis answered{};  ///< When its last probe was answered; 0: none was.
};

class TrialPlan {
 public:
  /// \param result  With a bracket: `lost` is there.
  TrialPlan(const policy::Timing& timing, const PathResult& result,
            const policy::Accuracy& accuracy) noexcept;

  /// How long it takes at most: the verdict comes with the first probe beyond the bracket, or when that is given up.
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

}  // namespace wsalive::path

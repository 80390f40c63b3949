// Plays the trial of path/plan/trial.hpp on one real connection, whose probes the kernel sends.
//
// One thread; ends at a signal, between two looks.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "os/process/signals.hpp"
#include "path/far_end_call.hpp"
#include "path/plan/trial.hpp"

namespace wsalive::path {

struct TrialEnd {
  PathTrial trial;  ///< Without meaning after a signal.
  int signal = 0;
};

/// \param timing  Whole seconds: the kernel keeps it.
/// \param served  The far end is `wsalive serve`.
[[nodiscard]] TrialEnd try_settings(TrialPlan& plan, const policy::Timing& timing,
                                    const FarEnd& far_end, bool served, const Clock& clock,
                                    os::StopSignals& stop);

}  // namespace wsalive::path

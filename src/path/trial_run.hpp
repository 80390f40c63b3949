// Plays the trial of path/plan/trial.hpp on one real connection, whose probes the kernel sends.
//
// One thread; ends at a signal, between two looks.
#pragma once

#include <functional>
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

/// Where it is played.
struct TrialPlace {
  const FarEnd& far_end;
  bool is_served = false;  ///< The far end is `wsalive serve`.
  const Clock& clock;
  os::StopSignals& stop;
  std::function<void()>
      tend;  ///< Called several times a second: `wsalive serve` drops those of whom it hears nothing.
};

struct HeldTrial {
  TrialEnd end;
  std::optional<Waiting> connection{};  ///< To be ended; nullopt: it was not made.
};

/// \param timing  Whole seconds: the kernel keeps it.
[[nodiscard]] HeldTrial try_settings(TrialPlan& plan, const policy::Timing& timing,
                                     const TrialPlace& place);

}  // namespace wsalive::path

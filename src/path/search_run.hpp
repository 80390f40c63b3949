// Runs the search for a path's time-out, in one direction or, with `wsalive serve` at the far end, in both at the same time; and
// then the trial of path/plan/trial.hpp.
//
// One thread; ends at a signal, between two looks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/clock.hpp"
#include "os/process/signals.hpp"
#include "path/far_end_call.hpp"
#include "path/lane.hpp"
#include "path/leaving.hpp"
#include "path/plan/trial.hpp"

namespace wsalive::path {

// The trial, on one real connection, whose probes the kernel sends.

struct TrialEnd {
  PathTrial trial;  ///< Without meaning after a signal.
  int signal = 0;
};

/// The surroundings of a trial.
struct TrialPlace {
  const FarEnd& far_end;
  bool is_served = false;  ///< The far end is `wsalive serve`.
  const Clock& clock;
  os::StopSignals& stop;
  std::function<void()>
      tend;  ///< Called several times a second: `wsalive serve` drops silent clients.
};

struct HeldTrial {
  TrialEnd end;
  std::optional<Waiting> connection{};  ///< For the caller to close; nullopt: it was not made.
};

/// \param timing  In whole seconds, for the kernel.
[[nodiscard]] HeldTrial try_settings(TrialPlan& plan, const policy::Timing& timing,
                                     const TrialPlace& place);

/// What the progress display gets several times a second.
struct Moment {
  const PathSearch& outward;
  const PathSearch* inward;  ///< nullptr: not searched.
  policy::Millis now{};      ///< Since the search began.
  policy::Millis next{};     ///< When the next step is due; Millis::max(): at a verdict.
  bool news = false;         ///< There is a new observation.
};

enum class RunEnd : std::uint8_t {
  done,
  stopped,  ///< By a signal.
  alone,    ///< `wsalive serve` is gone.
};

class SearchRun {
 public:
  /// Any TCP server at the far end.
  SearchRun(PathSearch& outward, const FarEnd& far_end, const Clock& clock, os::StopSignals& stop);
  /// `wsalive serve` at the far end.
  SearchRun(PathSearch& outward, PathSearch& inward, const FarEnd& far_end, const Clock& clock,
            os::StopSignals& stop);

  /// Calls `wsalive serve`. `done`: it is there; `stopped`: by a signal; `alone`: `farewell` says why.
  [[nodiscard]] RunEnd call();

  /// To the end, or to a signal (`signal` says which).
  [[nodiscard]] RunEnd run(const std::function<void(const Moment&)>& watcher);

  /// Tries settings on one more connection, after `run`.
  [[nodiscard]] TrialEnd try_out(TrialPlan& plan, const policy::Timing& timing);

  [[nodiscard]] int signal() const noexcept { return signal_; }
  [[nodiscard]] policy::Millis took() const;
  [[nodiscard]] std::uint32_t opened() const noexcept;
  /// Whether the far end knows that all these are closed.
  [[nodiscard]] Farewells farewells() const noexcept { return leaving_.farewells(); }
  [[nodiscard]] const Lane& outward() const noexcept { return outward_; }
  /// nullptr without `wsalive serve`.
  [[nodiscard]] const Lane* inward() const noexcept { return inward_ ? &*inward_ : nullptr; }
  /// Why `alone`.
  [[nodiscard]] const std::optional<CallEnd>& farewell() const noexcept {
    return control_->end() ? control_->end() : control_->trouble();
  }

 private:
  [[nodiscard]] policy::Millis now() const;
  [[nodiscard]] bool is_stopped();
  [[nodiscard]] std::size_t observations() const noexcept;
  [[nodiscard]] Lane::Round play_both(policy::Millis now);
  void leave();
  void end_what_leaves();
  void wait(policy::Millis until);

  const Clock& clock_;
  os::StopSignals& stop_;
  Instant began_;
  const FarEnd& far_end_;
  std::optional<Control> control_;
  Leaving leaving_;
  PathSearch& outward_search_;
  PathSearch* inward_search_ = nullptr;
  Lane outward_;
  std::optional<Lane> inward_;
  std::uint32_t tried_ = 0;  ///< Connections for trials.
  int signal_ = 0;
};

}  // namespace wsalive::path

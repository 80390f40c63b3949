// Plays the search for a path's time-out, in one direction or, with `wsalive serve` at the far end, in both at the
// same time.
//
// One thread; ends at a signal, between two looks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/clock.hpp"
#include "os/process/signals.hpp"
#include "path/lane.hpp"
#include "path/leaving.hpp"
#include "path/trial_run.hpp"

namespace wsalive::path {

/// What a watcher is shown, several times a second.
struct Moment {
  const PathSearch& outward;
  const PathSearch* inward;  ///< nullptr: not searched.
  policy::Millis now{};      ///< Since the search began.
  policy::Millis next{};     ///< When something is to be done; Millis::max(): at a verdict.
  bool news = false;         ///< An observation has been added.
};

enum class RunEnd : std::uint8_t {
  done,
  stopped,  ///< By a signal.
  alone,    ///< `wsalive serve` is not there any more.
};

class SearchRun {
 public:
  /// Any TCP server at the far end.
  SearchRun(PathSearch& outward, const FarEnd& far_end, const Clock& clock, os::StopSignals& stop);
  /// `wsalive serve` at the far end.
  SearchRun(PathSearch& outward, PathSearch& inward, const FarEnd& far_end, const Clock& clock,
            os::StopSignals& stop);

  /// With `wsalive serve`: calls it. `done`: it is there; `stopped`: by a signal; `alone`: `farewell` tells why.
  [[nodiscard]] RunEnd call();

  /// To the end, or to a signal (`signal` tells which).
  [[nodiscard]] RunEnd run(const std::function<void(const Moment&)>& watcher);

  /// Tries settings on one more connection, after `run`.
  [[nodiscard]] TrialEnd try_out(TrialPlan& plan, const policy::Timing& timing);

  [[nodiscard]] int signal() const noexcept { return signal_; }
  [[nodiscard]] policy::Millis took() const;
  [[nodiscard]] std::uint32_t opened() const noexcept;
  /// What the far end knows of all these, now that they have ended here.
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

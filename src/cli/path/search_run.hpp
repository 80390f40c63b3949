// Plays a search for a path's time-out on real connections, probed with the kernel's own keep-alive segments: does
// what policy::PathSearch says, and tells it what came.
//
// One thread; ends at a signal, between two looks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "base/clock.hpp"
#include "os/idle_connection.hpp"
#include "os/stop_signals.hpp"
#include "policy/path_search.hpp"

namespace wsalive::cli::path {

/// What a watcher is shown, several times a second.
struct Moment {
  const policy::PathSearch& search;
  policy::Millis now{};   ///< Since the search began.
  policy::Millis next{};  ///< When something is to be done; Millis::max(): at a verdict.
  bool news = false;      ///< An observation has been added.
};

enum class RunEnd : std::uint8_t { done, stopped };

class SearchRun {
 public:
  SearchRun(policy::PathSearch& search, os::Endpoint to, const Clock& clock, os::StopSignals& stop);

  /// To the end, or to a signal (`signal` tells which).
  [[nodiscard]] RunEnd run(const std::function<void(const Moment&)>& watcher);

  [[nodiscard]] int signal() const noexcept { return signal_; }
  [[nodiscard]] policy::Millis took() const;
  [[nodiscard]] std::uint32_t opened() const noexcept { return next_id_; }
  /// The errno of the last connection that could not be made; 0: none.
  [[nodiscard]] int refusal() const noexcept { return refusal_; }

 private:
  struct Probing {
    std::uint32_t id;
    os::IdleConnection connection;
    policy::Millis next_ask{};
    int asked = 0;
  };
  struct Opening {
    std::uint32_t id;
    os::IdleConnection connection;
    policy::Millis began{};
  };

  [[nodiscard]] policy::Millis now() const;
  void look_at_waiters();
  void look_at_probe();
  void look_at_opening();
  void act(const policy::PathStep& step);
  void begin_opening();
  void begin_probe(std::uint32_t id);
  void judge(policy::PathSight sight);
  void wait(policy::Millis until);

  policy::PathSearch& search_;
  os::Endpoint to_;
  const Clock& clock_;
  os::StopSignals& stop_;
  Instant began_;
  std::map<std::uint32_t, os::IdleConnection> waiting_;
  std::optional<Probing> probing_;
  std::optional<Opening> opening_;
  policy::Millis round_trip_{};  ///< The longest that a connection took to be made.
  std::uint32_t next_id_ = 0;
  int signal_ = 0;
  int refusal_ = 0;
};

}  // namespace wsalive::cli::path

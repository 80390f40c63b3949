// Distinguishes signals sent to the front alone from signals sent to its whole process group: a signal itself does not say.
//
// A child of the front, in the same group, blocks every signal and reports each that it gets. A signal that it gets, too, went
// to the group, and so reached the program directly. One thread.
#pragma once

#include <sys/types.h>

#include <bitset>
#include <optional>

#include "attach/run/detached.hpp"
#include "base/clock.hpp"
#include "base/owned.hpp"

namespace wsalive::attach {

/// By signal number.
using SignalSet = std::bitset<65>;

class Witness {
 public:
  /// Starts the child if there is none and its back-off is over. Every signal is blocked.
  /// \return milliseconds until the back-off is over, or -1: the child runs.
  [[nodiscard]] int start_if_due() noexcept;

  /// The child was reaped.
  void has_ended() noexcept;

  /// The signals of the group since the last call. nullopt: the child does not run.
  [[nodiscard]] std::optional<SignalSet> ask() noexcept;

  /// Readable when the child has got a signal, or has ended; -1 without one.
  [[nodiscard]] int descriptor() const noexcept { return line_.get(); }
  [[nodiscard]] pid_t process() const noexcept { return process_; }

 private:
  void start() noexcept;

  Fd line_;
  pid_t process_ = 0;
  Instant begun_;
  Instant due_;
  Backoff backoff_;
};

}  // namespace wsalive::attach

// Tells what was sent to the front alone from what its whole process group got: nothing in a signal says it.
//
// A child of the front stands in the same group, blocks every signal and reports each that it gets. What it has got, too, went
// to the group, and so to the program by itself. One thread.
#pragma once

#include <sys/types.h>

#include <bitset>
#include <optional>

#include "attach/run/pace.hpp"
#include "base/clock.hpp"
#include "base/owned.hpp"

namespace wsalive::attach {

/// By signal number.
using SignalSet = std::bitset<65>;

class Witness {
 public:
  /// Starts one if there is none, and if it is time for one. Every signal is blocked.
  /// \return milliseconds until it is time again, or -1: there is one.
  [[nodiscard]] int start_if_due() noexcept;

  /// Its process was reaped.
  void has_ended() noexcept;

  /// What the group has got since the last question. nullopt: there is no witness, or it has ended.
  [[nodiscard]] std::optional<SignalSet> ask() noexcept;

  /// Readable when it has got something, or has ended; -1 without one.
  [[nodiscard]] int descriptor() const noexcept { return line_.get(); }
  [[nodiscard]] pid_t process() const noexcept { return process_; }

 private:
  void start() noexcept;

  Fd line_;
  pid_t process_ = 0;
  Instant begun_;
  Instant due_;
  Pace pace_;
};

}  // namespace wsalive::attach

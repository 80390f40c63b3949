// Tells what was sent to the front alone from what its whole process group got: nothing in a signal says it.
//
// A child of the front stands in the same group, blocks every signal and reports each that it gets. What it has got, too, went
// to the group, and so to the program by itself. One thread.
#pragma once

#include <sys/types.h>

#include <bitset>
#include <optional>

#include "base/fd.hpp"

namespace wsalive::attach {

/// By signal number.
using SignalSet = std::bitset<65>;

class Witness {
 public:
  /// Every signal is blocked. Without memory or processes there is none.
  void start() noexcept;

  /// What the group has got since the last question. nullopt: there is no witness, or it has ended.
  [[nodiscard]] std::optional<SignalSet> ask() noexcept;

  /// Readable when it has got something, or has ended; -1 without one.
  [[nodiscard]] int descriptor() const noexcept { return line_.get(); }
  [[nodiscard]] pid_t process() const noexcept { return process_; }

 private:
  Fd line_;
  pid_t process_ = 0;
};

}  // namespace wsalive::attach

// Signals as events: a thread of ours sleeps for them and calls a function, so that what runs is an
// ordinary thread's code and not a signal handler's.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"

namespace wsalive::os {

/// Catches signals from now on; each is reported to `report`, one at a time, in a thread of ours. System
/// calls of other threads go on. May be called once.
[[nodiscard]] Status catch_signals(std::span<const int> signals, void (*report)(int signal));

/// Gives signals back their former handling, and takes them again.
void release_signals();
void retake_signals();

/// Ends this process by a signal's default handling.
[[noreturn]] void die_of(int signal);

/// Sends a signal to this process, or to a process group.
[[nodiscard]] Status send_signal(int signal, std::uint32_t group);

/// Ignores a signal, or handles it by default again.
void ignore_signal(int signal, bool ignore);

}  // namespace wsalive::os

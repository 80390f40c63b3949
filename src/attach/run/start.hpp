// How `wsalive run` starts a service beside a program.
//
//     the process that was started: executes the program, and so keeps its number, its parent, its descriptors
//     keeper ─ second keeper: no children of it, in sessions of their own (run/keeper.hpp)
//
// or, where that is not possible (the front, below):
//
//     front: the process that was started
//     └─ the program, with keepers as above
#pragma once

#include <sys/types.h>

#include <csignal>
#include <cstdint>

#include "attach/run/keeper.hpp"
#include "attach/run/line.hpp"

namespace wsalive::attach {

enum class Shape : std::uint8_t {
  become,  ///< This process executes the program.
  front,   ///< A child of it does; this one forwards signals and reaps.
  front_that_serves,  ///< The same, and serves the program, because only a program's ancestors may reach into it.
};

/// The shape for this process: `front` as process 1 and as a subreaper, else `become`.
[[nodiscard]] Shape natural_shape() noexcept;

/// Starts the keepers, and returns in the process that is to execute the program; a front does not return.
/// On failure it leaves nothing behind.
///
/// Thread  The process must have one thread.
[[nodiscard]] tl::expected<void, StartError> start_beside(KeeperService& service, Shape shape);

// The front represents the program where the started process may not execute it itself. It forwards every signal that was sent
// to it alone (run/witness.hpp), reaps orphans and ends as the program ends. Killing it kills the program.
//
// Process 1 and a subreaper need it, because the keepers would become children of a program that does not know them; and so does
// seccomp under Yama, because only an ancestor may reach into a program: then the front serves, too.

struct FrontTask {
  pid_t program = 0;
  KeeperService&
      beside;  ///< The front cleans it up, too: the end of a process namespace may kill the keeper first.
  KeeperService* served = nullptr;  ///< The service that it serves itself, ahead of the keepers.
  Fd line;                          ///< To the program's process; only with `served`.
  Fd signals;                       ///< A signalfd of all signals.
};

/// Never returns; every signal is blocked.
[[noreturn]] void run_front(FrontTask task) noexcept;

/// Ends this process as the program ended: with its exit status, or by its signal.
[[noreturn]] void exit_like(int wait_status) noexcept;

}  // namespace wsalive::attach

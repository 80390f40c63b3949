// The front: where the process that was started may not become the program itself. It stands for the program, passes on
// every signal that was sent to it alone (run/witness.hpp), reaps what is left to it and ends as the program ends. When it is
// killed, the program is.
//
// Needed as process 1 and as a subreaper, because the keepers would become children of a program that does not know
// them; and under Yama for seccomp, because only an ancestor may reach into a program: then the front serves, too.
#pragma once

#include <sys/types.h>

#include <csignal>

#include "attach/run/keeper_service.hpp"
#include "attach/run/line.hpp"

namespace wsalive::attach {

struct FrontTask {
  pid_t program = 0;
  KeeperService&
      beside;  ///< Whose keeper may end before it has cleaned up, with our process numbers.
  KeeperService* served = nullptr;  ///< What it serves itself, ahead of the keepers.
  Fd line;                          ///< To the program's process, with `served`.
  Fd signals;                       ///< A signalfd of all of them.
};

/// Never returns; every signal is blocked.
[[noreturn]] void stand_in_front(FrontTask task) noexcept;

/// Ends this process as the program ended: with its exit status, or by its signal.
[[noreturn]] void end_like(int wait_status) noexcept;

}  // namespace wsalive::attach

// SetConsoleCtrlHandler: signals from the terminal, the shell and the system reach a
// program's handlers as control events, in a thread of its own, as on Windows.
//
// A handler that returns TRUE has handled the event, and the process continues, even after CTRL_CLOSE_EVENT
// and CTRL_SHUTDOWN_EVENT (Windows would end it then).
#include <algorithm>
#include <array>
#include <csignal>
#include <mutex>
#include <vector>

#include "os/process/signals.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {
namespace {

struct ControlEvent {
  DWORD event;
  int signal;
};
constexpr std::array kEvents{
    ControlEvent{CTRL_C_EVENT, SIGINT},
    ControlEvent{CTRL_BREAK_EVENT, SIGQUIT},
    ControlEvent{CTRL_CLOSE_EVENT, SIGHUP},
    ControlEvent{CTRL_SHUTDOWN_EVENT, SIGTERM},
};

struct Handlers {
  std::mutex mutex;
  std::vector<PHANDLER_ROUTINE> routines;
  bool ignores_ctrl_c = false;
  bool began = false;
};

Handlers& handlers() {
  static Handlers& all = *new Handlers;
  return all;
}

DWORD event_of(int signal) noexcept {
  return std::ranges::find(kEvents, signal, &ControlEvent::signal)->event;
}

/// Calls the handlers, the latest first. If none handles the event, the process ends by the signal.
void report(int signal) {
  Handlers& all = handlers();
  std::vector<PHANDLER_ROUTINE> routines;
  {
    const std::lock_guard lock{all.mutex};
    if (signal == SIGINT && all.ignores_ctrl_c) return;
    routines = all.routines;
  }
  const DWORD event = event_of(signal);
  const auto answers = [event](PHANDLER_ROUTINE routine) { return routine(event) != FALSE; };
  if (std::any_of(routines.rbegin(), routines.rend(), answers)) return;
  os::die_of(signal);
}

/// Under the lock.
BOOL add(Handlers& all, PHANDLER_ROUTINE routine) {
  if (!all.began) {
    std::array<int, kEvents.size()> signals{};
    std::ranges::transform(kEvents, signals.begin(), &ControlEvent::signal);
    if (!os::catch_signals(signals, report)) return fail(ERROR_NOT_ENOUGH_MEMORY);
    all.began = true;
  } else if (all.routines.empty()) {
    os::retake_signals();
  }
  all.routines.push_back(routine);
  return TRUE;
}

BOOL drop(Handlers& all, PHANDLER_ROUTINE routine) {
  const auto last = std::find(all.routines.rbegin(), all.routines.rend(), routine);
  if (last == all.routines.rend()) return fail(ERROR_INVALID_PARAMETER);
  all.routines.erase(std::next(last).base());
  if (all.routines.empty()) os::release_signals();
  return TRUE;
}

/// With NULL as the routine: sets whether this process and its children ignore Ctrl+C.
BOOL ignore_ctrl_c(Handlers& all, bool ignore) {
  all.ignores_ctrl_c = ignore;
  if (all.routines.empty()) os::ignore_signal(SIGINT, ignore);
  return TRUE;
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

BOOL SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add) {
  return guarded(FALSE, [&] {
    Handlers& all = handlers();
    const std::lock_guard lock{all.mutex};
    if (!HandlerRoutine) return ignore_ctrl_c(all, Add != FALSE);
    return Add ? add(all, HandlerRoutine) : drop(all, HandlerRoutine);
  });
}

// Group 0 means only this process, not all processes of its terminal (docs/limitations.md).
BOOL GenerateConsoleCtrlEvent(DWORD dwCtrlEvent, DWORD dwProcessGroupId) {
  if (dwCtrlEvent != CTRL_C_EVENT && dwCtrlEvent != CTRL_BREAK_EVENT) {
    return fail(ERROR_INVALID_PARAMETER);
  }
  const int signal = dwCtrlEvent == CTRL_C_EVENT ? SIGINT : SIGQUIT;
  return succeed_if(os::send_signal(signal, dwProcessGroupId).has_value(), ERROR_INVALID_PARAMETER);
}

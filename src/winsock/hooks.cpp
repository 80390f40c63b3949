#include "winsock/hooks.hpp"

#include "winsock2.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "os/clock.hpp"
#include "winsock/call.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {

constinit thread_local detail::Hook detail::own_hook = nullptr;

namespace {

using namespace std::chrono_literals;

/// How long a call with a hook waits before it calls the hook again.
constexpr auto kBetweenLooks = 10ms;

constinit thread_local bool t_in_blocking_call = false;
constinit thread_local bool t_cancelled = false;

/// Calls the hook until it has nothing left to do. \return whether the call was cancelled in it.
bool run_hook() {
  const Runtime::CallInProgress guard;
  t_in_blocking_call = true;
  t_cancelled = false;
  while (detail::own_hook && !t_cancelled && detail::own_hook() != 0) {
  }
  t_in_blocking_call = false;
  return t_cancelled;
}

/// Until the deadline, or until the next check for what does not wake the thread: the hook, and queued calls if the host has
/// no descriptor for them.
std::optional<std::chrono::nanoseconds> next_wait(std::optional<Instant> deadline, bool looks) {
  std::optional<std::chrono::nanoseconds> wait;
  if (deadline) wait = *deadline - os::monotonic_clock().now();
  if (looks || has_hook()) wait = std::min(wait.value_or(kBetweenLooks), {kBetweenLooks});
  return wait;
}

/// os::wait_for, which also ends when a call is queued to the thread.
int wait_alertably(kernel::Thread& thread, os::Watched* watched, std::size_t count,
                   std::optional<Instant> deadline) {
  const int wake = thread.begin_descriptor_wait();
  os::Watched& last = watched[count];
  last = os::Watched{wake, os::kReadable};
  // Calls that are queued already run only if this call has to wait.
  const auto wait = thread.has_apcs() ? std::chrono::nanoseconds{0} : next_wait(deadline, wake < 0);
  int found = os::wait_for(watched, count + 1, wait);
  thread.end_descriptor_wait();
  if (found > 0 && last.ready() != 0) {
    thread.clear_descriptor_wait();
    --found;
  }
  return found;
}

bool hooks_exist() { return runtime().version().major == 1; }

/// Returned as the previous hook where there is none. Windows' default hook dispatches messages, of which there are none here.
int default_hook() { return 0; }

WsaError hook_refusal() {
  if (const WsaError refused = runtime().refusal(); refused != WsaError::none) return refused;
  return hooks_exist() ? WsaError::none : WsaError::operation_not_supported;
}

}  // namespace

int wait_with_hook(os::Watched* watched, std::size_t count,
                   std::optional<Instant> deadline) noexcept {
  if (has_hook() && run_hook()) return -ECANCELED;
  kernel::Thread* const thread = kernel::attached_thread();
  const int found = thread ? wait_alertably(*thread, watched, count, deadline)
                           : os::wait_for(watched, count, next_wait(deadline, false));
  if (found > 0 || (found < 0 && found != -EINTR)) return found;
  const bool over = deadline && os::monotonic_clock().now() >= *deadline;
  if (over) return found;
  if (thread) thread->run_apcs();
  return -EINTR;
}

WsaError wait_until_ready(Socket& socket, os::Readiness wanted,
                          std::optional<Instant> deadline) noexcept {
  for (;;) {
    std::array<os::Watched, 2> watched{os::Watched{socket.fd(), wanted}};
    const int found = wait_with_hook(watched.data(), 1, deadline);
    if (found == -ECANCELED || socket.life() != Life::open) return WsaError::interrupted;
    if (found > 0) return WsaError::none;
    if (found == 0) return WsaError::timed_out;
  }
}

}  // namespace wsalive::winsock

FARPROC WSASetBlockingHook(FARPROC lpBlockFunc) {
  using namespace wsalive;
  using namespace wsalive::winsock;
  if (const WsaError refused = hook_refusal(); refused != WsaError::none) {
    store_last_error(refused);
    return nullptr;
  }
  if (!lpBlockFunc) {
    store_last_error(WsaError::fault);
    return nullptr;
  }
  const FARPROC before = winsock::detail::own_hook ? winsock::detail::own_hook : default_hook;
  winsock::detail::own_hook = lpBlockFunc == default_hook ? nullptr : lpBlockFunc;
  return before;
}

int WSAUnhookBlockingHook(void) {
  using namespace wsalive::winsock;
  const wsalive::WsaError refused = hook_refusal();
  if (refused == wsalive::WsaError::none) wsalive::winsock::detail::own_hook = nullptr;
  return finish(refused);
}

BOOL WSAIsBlocking(void) {
  using namespace wsalive::winsock;
  return runtime().started() && hooks_exist() && t_in_blocking_call ? TRUE : FALSE;
}

int WSACancelBlockingCall(void) {
  using namespace wsalive;
  using namespace wsalive::winsock;
  if (!runtime().started()) return finish(WsaError::not_initialised);
  if (!hooks_exist()) return finish(WsaError::operation_not_supported);
  if (!t_in_blocking_call) return finish(WsaError::invalid_argument);
  t_cancelled = true;
  return 0;
}

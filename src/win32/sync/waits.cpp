// Waiting and sleeping: handles in, kernel::wait() inside, Windows' numbers out.
#include "kernel/wait.hpp"

#include <span>

#include "kernel/sync_objects.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {
namespace {

using kernel::Alertable;
using kernel::Deadline;
using kernel::kMostWaitObjects;
using kernel::WaitObjects;

/// Adds the object of a handle. \return false if it cannot be waited for.
bool add(WaitObjects& objects, HANDLE handle) {
  if (handle != this_thread()) return objects.add(value_of(handle));
  objects.add(kernel::current_thread());
  return true;
}

Alertable alertable(BOOL yes) noexcept { return yes ? Alertable::yes : Alertable::no; }

DWORD answer(const kernel::WaitResult& result) noexcept {
  switch (result.end) {
    case kernel::WaitEnd::satisfied:
      return WAIT_OBJECT_0 + result.index;
    case kernel::WaitEnd::abandoned:
      return WAIT_ABANDONED_0 + result.index;
    case kernel::WaitEnd::apcs_ran:
      return WAIT_IO_COMPLETION;
    case kernel::WaitEnd::timed_out:
      break;
  }
  return WAIT_TIMEOUT;
}

DWORD wait_for(DWORD count, const HANDLE* handles, BOOL all, DWORD milliseconds, BOOL alert) {
  if (count == 0 || count > kMostWaitObjects || !handles) {
    return fail(ERROR_INVALID_PARAMETER, WAIT_FAILED);
  }
  const Deadline deadline = Deadline::after(milliseconds);
  WaitObjects objects;
  for (const HANDLE handle : std::span{handles, count}) {
    if (!add(objects, handle)) return fail(ERROR_INVALID_HANDLE, WAIT_FAILED);
  }
  if (all && objects.has_one_twice()) return fail(ERROR_INVALID_PARAMETER, WAIT_FAILED);
  const auto mode = all ? kernel::WaitFor::all : kernel::WaitFor::any;
  return answer(kernel::wait(objects.all(), mode, deadline, alertable(alert)));
}

/// Signals an event, a semaphore or a mutex. \return 0, or the code that this fails with.
DWORD signal_object(HANDLE handle) noexcept {
  if (const auto event = pinned<kernel::Event>(handle)) {
    event->set();
    return 0;
  }
  if (const auto semaphore = pinned<kernel::Semaphore>(handle)) {
    return semaphore->release(1) ? 0 : ERROR_TOO_MANY_POSTS;
  }
  if (const auto mutex = pinned<kernel::Mutex>(handle)) {
    return mutex->release() ? 0 : ERROR_NOT_OWNER;
  }
  return ERROR_INVALID_HANDLE;
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

DWORD WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds) {
  return WaitForSingleObjectEx(hHandle, dwMilliseconds, FALSE);
}

DWORD WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds, BOOL bAlertable) {
  return WaitForMultipleObjectsEx(1, &hHandle, FALSE, dwMilliseconds, bAlertable);
}

DWORD WaitForMultipleObjects(DWORD nCount, const HANDLE* lpHandles, BOOL bWaitAll,
                             DWORD dwMilliseconds) {
  return WaitForMultipleObjectsEx(nCount, lpHandles, bWaitAll, dwMilliseconds, FALSE);
}

DWORD WaitForMultipleObjectsEx(DWORD nCount, const HANDLE* lpHandles, BOOL bWaitAll,
                               DWORD dwMilliseconds, BOOL bAlertable) {
  try {
    return wait_for(nCount, lpHandles, bWaitAll, dwMilliseconds, bAlertable);
  } catch (const std::bad_alloc&) {
    return fail(ERROR_NOT_ENOUGH_MEMORY, WAIT_FAILED);
  }
}

DWORD SignalObjectAndWait(HANDLE hObjectToSignal, HANDLE hObjectToWaitOn, DWORD dwMilliseconds,
                          BOOL bAlertable) {
  if (!kernel::handles().find_waitable(value_of(hObjectToWaitOn))) {
    return fail(ERROR_INVALID_HANDLE, WAIT_FAILED);
  }
  if (const DWORD refused = signal_object(hObjectToSignal)) return fail(refused, WAIT_FAILED);
  return WaitForSingleObjectEx(hObjectToWaitOn, dwMilliseconds, bAlertable);
}

void Sleep(DWORD dwMilliseconds) { SleepEx(dwMilliseconds, FALSE); }

DWORD SleepEx(DWORD dwMilliseconds, BOOL bAlertable) {
  if (dwMilliseconds == 0 && !bAlertable) {
    SwitchToThread();
    return 0;
  }
  const Deadline deadline = Deadline::after(dwMilliseconds);
  return kernel::sleep(deadline, alertable(bAlertable)) ? WAIT_IO_COMPLETION : 0;
}

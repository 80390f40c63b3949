// Threads: starting, ending, their numbers and their queued calls.
#include <memory>

#include "kernel/thread.hpp"
#include "os/process/threads.hpp"
#include "win32/call.hpp"
#include "win32/pseudo_handles.hpp"

namespace wsalive::win32 {
namespace {

struct StartRoutine {
  LPTHREAD_START_ROUTINE routine;
  LPVOID parameter;

  static std::uint32_t run(void* start) {
    const StartRoutine what = *std::unique_ptr<StartRoutine>{static_cast<StartRoutine*>(start)};
    return what.routine(what.parameter);
  }
};

/// One QueueUserAPC, which frees itself.
struct UserCall : kernel::Apc {
  UserCall(PAPCFUNC routine, ULONG_PTR argument) : function(routine), data(argument) {
    run = [](Apc& apc) {
      const std::unique_ptr<UserCall> self{static_cast<UserCall*>(&apc)};
      self->function(self->data);
    };
    discard = [](Apc& apc) { delete static_cast<UserCall*>(&apc); };
  }
  PAPCFUNC function;
  ULONG_PTR data;
};

HANDLE create_thread(const SECURITY_ATTRIBUTES* attributes, SIZE_T stack, StartRoutine what,
                     DWORD flags, LPDWORD id) {
  auto start = std::make_unique<StartRoutine>(what);
  const auto thread = kernel::make<kernel::Thread>();
  const HANDLE handle = open_handle(thread, attributes);
  if (!handle) return nullptr;
  if (!kernel::start_thread(thread, {.body = &StartRoutine::run,
                                     .argument = start.get(),
                                     .stack_bytes = stack,
                                     .suspended = (flags & CREATE_SUSPENDED) != 0})) {
    CloseHandle(handle);
    return fail<HANDLE>(ERROR_NOT_ENOUGH_MEMORY, nullptr);
  }
  static_cast<void>(start.release());
  if (id) *id = static_cast<DWORD>(thread->number());
  return handle;
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

HANDLE CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize,
                    LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter,
                    DWORD dwCreationFlags, LPDWORD lpThreadId) {
  constexpr DWORD kKnown = CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION;
  if (!lpStartAddress || (dwCreationFlags & ~kKnown)) {
    return fail<HANDLE>(ERROR_INVALID_PARAMETER, nullptr);
  }
  return guarded<HANDLE>(nullptr, [&] {
    return create_thread(lpThreadAttributes, dwStackSize, {lpStartAddress, lpParameter},
                         dwCreationFlags, lpThreadId);
  });
}

DWORD ResumeThread(HANDLE hThread) {
  const auto thread = pinned<kernel::Thread>(hThread);
  if (!thread) return fail(ERROR_INVALID_HANDLE, ~DWORD{0});
  return thread->resume() ? 1 : 0;
}

void ExitThread(DWORD dwExitCode) {
  kernel::current_thread().set_exit_code(dwExitCode);
  os::end_thread();
}

BOOL GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode) {
  if (!lpExitCode) return fail(ERROR_INVALID_PARAMETER);
  return guarded(FALSE, [&]() -> BOOL {
    const kernel::Ref<kernel::Thread> thread = find_thread(hThread);
    if (!thread) return fail(ERROR_INVALID_HANDLE);
    *lpExitCode = thread->exit_code();
    return TRUE;
  });
}

HANDLE GetCurrentThread() { return this_thread(); }

DWORD GetCurrentThreadId() {
  const kernel::Thread* const thread = kernel::attached_thread();
  return static_cast<DWORD>(thread ? thread->number() : os::thread_number());
}

DWORD GetThreadId(HANDLE Thread) {
  return guarded(DWORD{0}, [&]() -> DWORD {
    const kernel::Ref<kernel::Thread> thread = find_thread(Thread);
    if (!thread) return fail(ERROR_INVALID_HANDLE, DWORD{0});
    return static_cast<DWORD>(thread->number());
  });
}

BOOL SwitchToThread() {
  os::yield_processor();
  return TRUE;
}

DWORD QueueUserAPC(PAPCFUNC pfnAPC, HANDLE hThread, ULONG_PTR dwData) {
  if (!pfnAPC) return fail(ERROR_INVALID_PARAMETER, DWORD{0});
  return guarded(DWORD{0}, [&]() -> DWORD {
    const kernel::Ref<kernel::Thread> thread = find_thread(hThread);
    if (!thread) return fail(ERROR_INVALID_HANDLE, DWORD{0});
    auto call = std::make_unique<UserCall>(pfnAPC, dwData);
    if (!thread->queue_apc(*call)) return fail(ERROR_GEN_FAILURE, DWORD{0});
    static_cast<void>(call.release());
    return 1;
  });
}

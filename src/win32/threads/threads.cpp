// Threads: starting, ending, their numbers and their queued calls.

#include "process.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "kernel/thread.hpp"
#include "os/process/threads.hpp"
#include "win32/call.hpp"

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

// TlsAlloc and its family: numbered slots of which every thread has its own values, zero at first.
//
// A slot that is freed and handed out again must read zero in every thread. So a slot has a generation,
// and a value counts only if it was stored under the present one.

namespace wsalive::win32 {
namespace {

constexpr DWORD kSlots = 1088;  // As many as Windows has: TLS_MINIMUM_AVAILABLE and 1024 more.

struct Value {
  std::uint32_t generation = 0;
  LPVOID value = nullptr;
};
using Values = std::array<Value, kSlots>;

/// Odd while the slot is in use; changed by every TlsAlloc and TlsFree.
constinit std::array<std::atomic<std::uint32_t>, kSlots> g_generations{};
constinit thread_local Values* t_values = nullptr;
constinit os::ThreadEndWork drop_values_at_end{
    .run = []() noexcept { delete std::exchange(t_values, nullptr); }};

/// The slot's generation; 0 where it is not in use.
std::uint32_t generation_of(DWORD index) noexcept {
  if (index >= kSlots) return 0;
  const std::uint32_t generation = g_generations[index].load(std::memory_order_acquire);
  return generation % 2 == 1 ? generation : 0;
}

bool change(DWORD index, std::uint32_t from) noexcept {
  return g_generations[index].compare_exchange_strong(from, from + 1);
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

DWORD TlsAlloc() {
  for (DWORD index = 0; index < kSlots; ++index) {
    const std::uint32_t generation = g_generations[index].load();
    if (generation % 2 == 0 && change(index, generation)) return index;
  }
  return fail(ERROR_NO_MORE_ITEMS, TLS_OUT_OF_INDEXES);
}

BOOL TlsFree(DWORD dwTlsIndex) {
  const std::uint32_t generation = generation_of(dwTlsIndex);
  return succeed_if(generation != 0 && change(dwTlsIndex, generation), ERROR_INVALID_PARAMETER);
}

LPVOID TlsGetValue(DWORD dwTlsIndex) {
  const std::uint32_t generation = generation_of(dwTlsIndex);
  if (generation == 0) return fail<LPVOID>(ERROR_INVALID_PARAMETER, nullptr);
  wsalive::kernel::set_last_error(ERROR_SUCCESS);  // NULL may be a value: its page says so.
  if (!t_values) return nullptr;
  const Value& value = (*t_values)[dwTlsIndex];
  return value.generation == generation ? value.value : nullptr;
}

BOOL TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue) {
  const std::uint32_t generation = generation_of(dwTlsIndex);
  if (generation == 0) return fail(ERROR_INVALID_PARAMETER);
  return guarded(FALSE, [&]() -> BOOL {
    if (!wsalive::os::run_at_thread_end(drop_values_at_end)) return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (!t_values) t_values = new Values{};
    (*t_values)[dwTlsIndex] = {generation, lpTlsValue};
    return TRUE;
  });
}

// _beginthreadex and its relatives.

namespace wsalive::win32 {
namespace {

struct PlainRoutine {
  void (*routine)(void*);
  void* argument;

  static DWORD run(LPVOID start) {
    const PlainRoutine what = *std::unique_ptr<PlainRoutine>{static_cast<PlainRoutine*>(start)};
    what.routine(what.argument);
    return 0;
  }
};

/// The errno of the C library's functions for a failure.
template <typename T>
T fail_with_errno(T answer) noexcept {
  errno = kernel::last_error() == ERROR_INVALID_PARAMETER ? EINVAL : EAGAIN;
  return answer;
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

uintptr_t _beginthreadex(void* security, unsigned stack_size, unsigned (*start_address)(void*),
                         void* arglist, unsigned initflag, unsigned* thrdaddr) {
  static_assert(std::is_same_v<unsigned, DWORD>);
  auto* const attributes = static_cast<LPSECURITY_ATTRIBUTES>(security);
  const HANDLE thread =
      CreateThread(attributes, stack_size, start_address, arglist, initflag, thrdaddr);
  return thread ? value_of(thread) : fail_with_errno(uintptr_t{0});
}

void _endthreadex(unsigned retval) { ExitThread(retval); }

uintptr_t _beginthread(void (*start_address)(void*), unsigned stack_size, void* arglist) {
  constexpr uintptr_t kFailed = ~uintptr_t{0};
  if (!start_address) {
    errno = EINVAL;
    return kFailed;
  }
  return guarded(kFailed, [&] {
    auto what = std::make_unique<PlainRoutine>(PlainRoutine{start_address, arglist});
    const HANDLE thread =
        CreateThread(nullptr, stack_size, &PlainRoutine::run, what.get(), 0, nullptr);
    if (!thread) return fail_with_errno(kFailed);
    static_cast<void>(what.release());
    CloseHandle(thread);  // The number stays good to print; the thread may have ended already.
    return value_of(thread);
  });
}

void _endthread() { ExitThread(0); }

// _beginthreadex and its relatives.
#include <cerrno>
#include <memory>
#include <type_traits>

#include "kernel/thread.hpp"
#include "process.h"
#include "win32/call.hpp"

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

/// What the C library's functions say of a failure.
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

// Critical sections: LockCount is the lock's word, OwningThread and RecursionCount belong to the thread
// that holds it. All other fields keep what initialisation put there.

#include "os/process/threads.hpp"
#include "win32/call.hpp"
#include "win32/sync/word_lock.hpp"

namespace wsalive::win32 {
namespace {

/// The calling thread's number in the form of OwningThread.
HANDLE caller() noexcept { return handle_of(GetCurrentThreadId()); }

// Other threads read it while it changes; a thread never mistakes another thread's number for its own.
HANDLE owner_of(CRITICAL_SECTION& section) noexcept {
  return __atomic_load_n(&section.OwningThread, __ATOMIC_RELAXED);
}
void set_owner(CRITICAL_SECTION& section, HANDLE owner) noexcept {
  __atomic_store_n(&section.OwningThread, owner, __ATOMIC_RELAXED);
}

ExclusiveWord lock_of(CRITICAL_SECTION& section) noexcept {
  return ExclusiveWord{word_in(section.LockCount)};
}

void begin_owning(CRITICAL_SECTION& section) noexcept {
  set_owner(section, caller());
  section.RecursionCount = 1;
}

bool owned_again(CRITICAL_SECTION& section) noexcept {
  if (owner_of(section) != caller()) return false;
  ++section.RecursionCount;
  return true;
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

void InitializeCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
  InitializeCriticalSectionEx(lpCriticalSection, 0, 0);
}

BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION lpCriticalSection,
                                           DWORD dwSpinCount) {
  return InitializeCriticalSectionEx(lpCriticalSection, dwSpinCount, 0);
}

BOOL InitializeCriticalSectionEx(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount,
                                 DWORD /*Flags*/) {
  *lpCriticalSection = {};
  lpCriticalSection->SpinCount = dwSpinCount & 0x00ffffff;
  return TRUE;
}

DWORD SetCriticalSectionSpinCount(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount) {
  return static_cast<DWORD>(
      std::exchange(lpCriticalSection->SpinCount, ULONG_PTR{dwSpinCount} & 0x00ffffff));
}

void EnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
  if (owned_again(*lpCriticalSection)) return;
  lock_of(*lpCriticalSection).lock(static_cast<std::uint32_t>(lpCriticalSection->SpinCount));
  begin_owning(*lpCriticalSection);
}

BOOL TryEnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
  if (owned_again(*lpCriticalSection)) return TRUE;
  if (!lock_of(*lpCriticalSection).try_lock()) return FALSE;
  begin_owning(*lpCriticalSection);
  return TRUE;
}

void LeaveCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
  if (--lpCriticalSection->RecursionCount != 0) return;
  set_owner(*lpCriticalSection, nullptr);
  lock_of(*lpCriticalSection).unlock();
}

void DeleteCriticalSection(LPCRITICAL_SECTION lpCriticalSection) { *lpCriticalSection = {}; }

// Slim reader/writer locks, condition variables and one-time initialisation.

namespace wsalive::win32 {
namespace {

using kernel::Deadline;

SharedWord lock_of(SRWLOCK& lock) noexcept { return SharedWord{word_in(lock.Ptr)}; }

/// A condition variable is a counter of its wake-ups. A waiting thread reads it, releases the lock, and
/// sleeps until it moves.
template <typename Unlock, typename Lock>
BOOL sleep_condition(CONDITION_VARIABLE& variable, DWORD milliseconds, Unlock unlock, Lock lock) {
  const Word& wakes = word_in(variable.Ptr);
  const Deadline deadline = Deadline::after(milliseconds);
  const std::uint32_t seen = wakes.load(std::memory_order_acquire);
  unlock();
  const bool late = deadline.looks_once()
                        ? wakes.load(std::memory_order_acquire) == seen
                        : sleep_on(wakes, seen, deadline) == os::FutexWait::timed_out;
  lock();
  return succeed_if(!late, ERROR_TIMEOUT);
}

void wake(CONDITION_VARIABLE& variable, int how_many) noexcept {
  Word& wakes = word_in(variable.Ptr);
  wakes.fetch_add(1, std::memory_order_release);
  os::futex_wake(&wakes, how_many);
}

// The two low bits of an INIT_ONCE; above them, once it is done, the program's context.
enum OnceState : std::uintptr_t { kUntouched = 0, kRunning = 1, kDone = 2, kStateBits = 3 };

std::uintptr_t load(const INIT_ONCE& once) noexcept {
  return reinterpret_cast<std::uintptr_t>(__atomic_load_n(&once.Ptr, __ATOMIC_ACQUIRE));
}

void finish(INIT_ONCE& once, std::uintptr_t state) noexcept {
  __atomic_store_n(&once.Ptr, handle_of(state), __ATOMIC_RELEASE);
  os::futex_wake(&word_in(once.Ptr), kEveryone);
}

/// \return true if the caller must initialise; false once another thread has done it.
bool begin_once(INIT_ONCE& once) noexcept {
  for (;;) {
    PVOID untouched = nullptr;
    if (__atomic_compare_exchange_n(&once.Ptr, &untouched, handle_of(kRunning), false,
                                    __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
      return true;
    }
    const std::uintptr_t state = load(once);
    if ((state & kStateBits) == kDone) return false;
    if (state == kRunning) static_cast<void>(sleep_on(word_in(once.Ptr), kRunning));
  }
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

void InitializeSRWLock(PSRWLOCK SRWLock) { *SRWLock = SRWLOCK_INIT; }
void AcquireSRWLockExclusive(PSRWLOCK SRWLock) { lock_of(*SRWLock).lock_exclusive(); }
void AcquireSRWLockShared(PSRWLOCK SRWLock) { lock_of(*SRWLock).lock_shared(); }
BOOLEAN TryAcquireSRWLockExclusive(PSRWLOCK SRWLock) { return lock_of(*SRWLock).try_exclusive(); }
BOOLEAN TryAcquireSRWLockShared(PSRWLOCK SRWLock) { return lock_of(*SRWLock).try_shared(); }
void ReleaseSRWLockExclusive(PSRWLOCK SRWLock) { lock_of(*SRWLock).unlock_exclusive(); }
void ReleaseSRWLockShared(PSRWLOCK SRWLock) { lock_of(*SRWLock).unlock_shared(); }

void InitializeConditionVariable(PCONDITION_VARIABLE ConditionVariable) {
  *ConditionVariable = CONDITION_VARIABLE_INIT;
}

BOOL SleepConditionVariableCS(PCONDITION_VARIABLE ConditionVariable,
                              PCRITICAL_SECTION CriticalSection, DWORD dwMilliseconds) {
  return sleep_condition(
      *ConditionVariable, dwMilliseconds, [=] { LeaveCriticalSection(CriticalSection); },
      [=] { EnterCriticalSection(CriticalSection); });
}

BOOL SleepConditionVariableSRW(PCONDITION_VARIABLE ConditionVariable, PSRWLOCK SRWLock,
                               DWORD dwMilliseconds, ULONG Flags) {
  if (Flags & ~ULONG{CONDITION_VARIABLE_LOCKMODE_SHARED}) return fail(ERROR_INVALID_PARAMETER);
  const SharedWord lock = lock_of(*SRWLock);
  const bool shared = Flags & CONDITION_VARIABLE_LOCKMODE_SHARED;
  return sleep_condition(
      *ConditionVariable, dwMilliseconds,
      [=] { shared ? lock.unlock_shared() : lock.unlock_exclusive(); },
      [=] { shared ? lock.lock_shared() : lock.lock_exclusive(); });
}

void WakeConditionVariable(PCONDITION_VARIABLE ConditionVariable) { wake(*ConditionVariable, 1); }

void WakeAllConditionVariable(PCONDITION_VARIABLE ConditionVariable) {
  wake(*ConditionVariable, kEveryone);
}

void InitOnceInitialize(PINIT_ONCE InitOnce) { *InitOnce = INIT_ONCE_STATIC_INIT; }

BOOL InitOnceExecuteOnce(PINIT_ONCE InitOnce, PINIT_ONCE_FN InitFn, PVOID Parameter,
                         LPVOID* Context) {
  if (begin_once(*InitOnce)) {
    PVOID context = nullptr;
    const bool good = InitFn(InitOnce, Parameter, &context);
    finish(*InitOnce, good ? value_of(context) | kDone : kUntouched);
    if (!good) return FALSE;  // The last error is the program's.
  }
  if (Context) *Context = handle_of(load(*InitOnce) & ~std::uintptr_t{kStateBits});
  return TRUE;
}

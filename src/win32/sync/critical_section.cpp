// Critical sections: LockCount is the lock's word, OwningThread and RecursionCount belong to whoever
// holds it. All other fields keep what initialisation put there.
#include "os/process/threads.hpp"
#include "win32/call.hpp"
#include "win32/sync/word_lock.hpp"

namespace wsalive::win32 {
namespace {

/// The caller's number as it stands in OwningThread.
HANDLE caller() noexcept { return handle_of(GetCurrentThreadId()); }

// Read by others while it changes; a thread never mistakes another's number for its own.
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

// Creating, opening and signaling events, mutexes and semaphores.
//
// If an object of the name exists, a create function returns a handle to it and sets the last
// error to ERROR_ALREADY_EXISTS. Any other success sets it to 0, so that a program can tell the two apart.
#include "kernel/sync_objects.hpp"
#include "kernel/named.hpp"
#include "win32/call.hpp"
#include "win32/sync/object_names.hpp"

namespace wsalive::win32 {
namespace {

using kernel::Event;
using kernel::Kind;
using kernel::make;
using kernel::Mutex;
using kernel::NamedObject;
using kernel::Reset;
using kernel::Semaphore;

/// \param plain  Makes the object without a name.
/// \param named  Makes or finds the one with that name.
template <typename Text, typename Plain, typename Named>
HANDLE create(const SECURITY_ATTRIBUTES* attributes, Text name, Plain plain, Named named) noexcept {
  return guarded<HANDLE>(nullptr, [&]() -> HANDLE {
    std::string text = kernel::utf8(name);
    if (const DWORD refused = check_name(text)) return fail<HANDLE>(refused, nullptr);
    // A child process that inherits the handle shares the state, as processes that open a name do.
    const bool shared = !text.empty() || (attributes && attributes->bInheritHandle);
    return hand_out(shared ? named(text) : NamedObject{.object = plain()}, attributes);
  });
}

template <typename Text>
HANDLE create_event(const SECURITY_ATTRIBUTES* attributes, BOOL manual, BOOL signaled, Text name) {
  const Reset reset = manual ? Reset::manual : Reset::automatic;
  return create(
      attributes, name, [&] { return make<Event>(reset, signaled != FALSE); },
      [&](const std::string& text) { return kernel::create_event(text, reset, signaled); });
}

template <typename Text>
HANDLE create_event_ex(const SECURITY_ATTRIBUTES* attributes, Text name, DWORD flags) {
  constexpr DWORD kKnown = CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET;
  if (flags & ~kKnown) return fail<HANDLE>(ERROR_INVALID_PARAMETER, nullptr);
  return create_event(attributes, flags & CREATE_EVENT_MANUAL_RESET,
                      flags & CREATE_EVENT_INITIAL_SET, name);
}

template <typename Text>
HANDLE create_mutex(const SECURITY_ATTRIBUTES* attributes, BOOL owned, Text name) {
  return create(
      attributes, name,
      [&] {
        auto mutex = make<Mutex>();
        if (owned) mutex->own_from_birth();
        return mutex;
      },
      [&](const std::string& text) { return kernel::create_mutex(text, owned); });
}

template <typename Text>
HANDLE create_semaphore(const SECURITY_ATTRIBUTES* attributes, LONG count, LONG most, Text name) {
  if (most <= 0 || count < 0 || count > most) {
    return fail<HANDLE>(ERROR_INVALID_PARAMETER, nullptr);
  }
  return create(
      attributes, name, [&] { return make<Semaphore>(count, most); },
      [&](const std::string& text) { return kernel::create_semaphore(text, count, most); });
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

HANDLE CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
                    LPCSTR lpName) {
  return create_event(lpEventAttributes, bManualReset, bInitialState, lpName);
}

HANDLE CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
                    LPCWSTR lpName) {
  return create_event(lpEventAttributes, bManualReset, bInitialState, lpName);
}

HANDLE CreateEventExA(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCSTR lpName, DWORD dwFlags,
                      DWORD /*dwDesiredAccess*/) {
  return create_event_ex(lpEventAttributes, lpName, dwFlags);
}

HANDLE CreateEventExW(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCWSTR lpName, DWORD dwFlags,
                      DWORD /*dwDesiredAccess*/) {
  return create_event_ex(lpEventAttributes, lpName, dwFlags);
}

HANDLE OpenEventA(DWORD /*dwDesiredAccess*/, BOOL bInheritHandle, LPCSTR lpName) {
  return open_by_name(lpName, Kind::event, bInheritHandle);
}

HANDLE OpenEventW(DWORD /*dwDesiredAccess*/, BOOL bInheritHandle, LPCWSTR lpName) {
  return open_by_name(lpName, Kind::event, bInheritHandle);
}

BOOL SetEvent(HANDLE hEvent) {
  const auto event = pinned<Event>(hEvent);
  if (!event) return fail(ERROR_INVALID_HANDLE);
  event->set();
  return TRUE;
}

BOOL ResetEvent(HANDLE hEvent) {
  const auto event = pinned<Event>(hEvent);
  if (!event) return fail(ERROR_INVALID_HANDLE);
  event->clear();
  return TRUE;
}

HANDLE CreateMutexA(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, LPCSTR lpName) {
  return create_mutex(lpMutexAttributes, bInitialOwner, lpName);
}

HANDLE CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, LPCWSTR lpName) {
  return create_mutex(lpMutexAttributes, bInitialOwner, lpName);
}

HANDLE OpenMutexA(DWORD /*dwDesiredAccess*/, BOOL bInheritHandle, LPCSTR lpName) {
  return open_by_name(lpName, Kind::mutex, bInheritHandle);
}

HANDLE OpenMutexW(DWORD /*dwDesiredAccess*/, BOOL bInheritHandle, LPCWSTR lpName) {
  return open_by_name(lpName, Kind::mutex, bInheritHandle);
}

BOOL ReleaseMutex(HANDLE hMutex) {
  const auto mutex = pinned<Mutex>(hMutex);
  if (!mutex) return fail(ERROR_INVALID_HANDLE);
  return succeed_if(mutex->release(), ERROR_NOT_OWNER);
}

HANDLE CreateSemaphoreA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                        LONG lMaximumCount, LPCSTR lpName) {
  return create_semaphore(lpSemaphoreAttributes, lInitialCount, lMaximumCount, lpName);
}

HANDLE CreateSemaphoreW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                        LONG lMaximumCount, LPCWSTR lpName) {
  return create_semaphore(lpSemaphoreAttributes, lInitialCount, lMaximumCount, lpName);
}

HANDLE OpenSemaphoreA(DWORD /*dwDesiredAccess*/, BOOL bInheritHandle, LPCSTR lpName) {
  return open_by_name(lpName, Kind::semaphore, bInheritHandle);
}

HANDLE OpenSemaphoreW(DWORD /*dwDesiredAccess*/, BOOL bInheritHandle, LPCWSTR lpName) {
  return open_by_name(lpName, Kind::semaphore, bInheritHandle);
}

BOOL ReleaseSemaphore(HANDLE hSemaphore, LONG lReleaseCount, LPLONG lpPreviousCount) {
  const auto semaphore = pinned<Semaphore>(hSemaphore);
  if (!semaphore) return fail(ERROR_INVALID_HANDLE);
  if (lReleaseCount <= 0) return fail(ERROR_INVALID_PARAMETER);
  const auto before = semaphore->release(lReleaseCount);
  if (!before) return fail(ERROR_TOO_MANY_POSTS);
  if (lpPreviousCount) *lpPreviousCount = *before;
  return TRUE;
}

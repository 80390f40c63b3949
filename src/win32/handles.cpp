// CloseHandle, DuplicateHandle and the flags of handles.
//
// CloseHandle closes only handles of src/kernel. It refuses a socket, whose closing by it Microsoft's pages
// call a mistake, with ERROR_INVALID_HANDLE; the socket stays open.
#include "win32/call.hpp"
#include "winsock/socket.hpp"

namespace wsalive::win32 {
namespace {

using kernel::handles;
using kernel::Object;
using kernel::Ref;

Ref<Object> object_of(HANDLE handle) {
  if (handle == this_thread()) return find_thread(handle);
  return handles().find_any(value_of(handle)).share();
}

}  // namespace

HANDLE open_handle(Ref<Object> object, const SECURITY_ATTRIBUTES* attributes) noexcept {
  const kernel::HandleValue value = handles().insert(std::move(object));
  if (value == 0) return fail<HANDLE>(ERROR_NOT_ENOUGH_MEMORY, nullptr);
  if (attributes && attributes->bInheritHandle) {
    handles().change_flags(value, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
  }
  return handle_of(value);
}

}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

BOOL CloseHandle(HANDLE hObject) {
  if (hObject == this_process() || hObject == this_thread()) return TRUE;
  return succeed_if(kernel::handles().close(value_of(hObject)), ERROR_INVALID_HANDLE);
}

BOOL DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle, HANDLE hTargetProcessHandle,
                     LPHANDLE lpTargetHandle, DWORD /*dwDesiredAccess*/, BOOL bInheritHandle,
                     DWORD dwOptions) {
  if (hSourceProcessHandle != this_process() || hTargetProcessHandle != this_process()) {
    return fail(ERROR_INVALID_HANDLE);  // Handles of other processes: docs/limitations.md.
  }
  return guarded(FALSE, [&]() -> BOOL {
    kernel::Ref<kernel::Object> object = object_of(hSourceHandle);
    if (!object) return fail(ERROR_INVALID_HANDLE);
    if (lpTargetHandle) {
      const SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, bInheritHandle};
      const HANDLE copy = open_handle(std::move(object), &attributes);
      if (!copy) return FALSE;
      *lpTargetHandle = copy;
    }
    if (dwOptions & DUPLICATE_CLOSE_SOURCE) CloseHandle(hSourceHandle);
    return TRUE;
  });
}

BOOL GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags) {
  if (!lpdwFlags) return fail(ERROR_INVALID_PARAMETER);
  if (const winsock::Socket* const socket = winsock::Socket::find(value_of(hObject))) {
    *lpdwFlags = socket->inheritable ? HANDLE_FLAG_INHERIT : 0;
    return TRUE;
  }
  return succeed_if(kernel::handles().get_flags(value_of(hObject), *lpdwFlags),
                    ERROR_INVALID_HANDLE);
}

BOOL SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags) {
  constexpr DWORD kKnown = HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE;
  if (dwMask & ~kKnown) return fail(ERROR_INVALID_PARAMETER);
  if (winsock::Socket* const socket = winsock::Socket::find(value_of(hObject))) {
    if (dwMask & HANDLE_FLAG_INHERIT) socket->inheritable = (dwFlags & HANDLE_FLAG_INHERIT) != 0;
    return TRUE;
  }
  return succeed_if(kernel::handles().change_flags(value_of(hObject), dwMask, dwFlags),
                    ERROR_INVALID_HANDLE);
}

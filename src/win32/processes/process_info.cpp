// What a process knows of itself.
#include <unistd.h>

#include "win32/call.hpp"
#include "win32/pseudo_handles.hpp"

using namespace wsalive::win32;

HANDLE GetCurrentProcess() { return this_process(); }

DWORD GetCurrentProcessId() { return static_cast<DWORD>(::getpid()); }

BOOL GetProcessHandleCount(HANDLE hProcess, PDWORD pdwHandleCount) {
  if (hProcess != this_process()) return fail(ERROR_INVALID_HANDLE);
  if (!pdwHandleCount) return fail(ERROR_INVALID_PARAMETER);
  *pdwHandleCount = static_cast<DWORD>(wsalive::kernel::handles().open_handles());
  return TRUE;
}

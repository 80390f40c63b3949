// GetLastError and SetLastError.
#include "kernel/last_error.hpp"
#include "windows.h"

DWORD GetLastError() { return wsalive::kernel::last_error(); }

void SetLastError(DWORD dwErrCode) { wsalive::kernel::set_last_error(dwErrCode); }

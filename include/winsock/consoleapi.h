// The console: writing to it, and what Ctrl+C does.
#ifndef _APISETCONSOLE_
#define _APISETCONSOLE_

#include "winnt.h"

#define CTRL_C_EVENT 0
#define CTRL_BREAK_EVENT 1
#define CTRL_CLOSE_EVENT 2
#define CTRL_LOGOFF_EVENT 5
#define CTRL_SHUTDOWN_EVENT 6

typedef BOOL(WINAPI* PHANDLER_ROUTINE)(DWORD CtrlType);

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API BOOL WINAPI WriteConsoleA(HANDLE hConsoleOutput, const void* lpBuffer,
                                      DWORD nNumberOfCharsToWrite, LPDWORD lpNumberOfCharsWritten,
                                      LPVOID lpReserved);
WSALIVE_API BOOL WINAPI WriteConsoleW(HANDLE hConsoleOutput, const void* lpBuffer,
                                      DWORD nNumberOfCharsToWrite, LPDWORD lpNumberOfCharsWritten,
                                      LPVOID lpReserved);

// Calls the routine, in a thread of its own, for Ctrl+C (SIGINT), Ctrl+Break (SIGQUIT), the terminal's
// end (SIGHUP: CTRL_CLOSE_EVENT) and the system's (SIGTERM: CTRL_SHUTDOWN_EVENT). The last one set is
// asked first; if none answers TRUE the process ends. NULL and TRUE ignore Ctrl+C.
WSALIVE_API BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add);
WSALIVE_API BOOL WINAPI GenerateConsoleCtrlEvent(DWORD dwCtrlEvent, DWORD dwProcessGroupId);

WSALIVE_EXTERN_C_END

#ifdef UNICODE
#define WriteConsole WriteConsoleW
#else
#define WriteConsole WriteConsoleA
#endif

#endif

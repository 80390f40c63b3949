// Pipes without a name, as programs use them for a child's standard streams.
#ifndef _NAMEDPIPE_H_
#define _NAMEDPIPE_H_

#include "minwinbase.h"

WSALIVE_EXTERN_C_BEGIN

// A pipe's two ends; nSize is a hint, 0 the host's own. ERROR_INVALID_PARAMETER, ERROR_TOO_MANY_OPEN_FILES.
WSALIVE_API BOOL WINAPI CreatePipe(PHANDLE hReadPipe, PHANDLE hWritePipe,
                                   LPSECURITY_ATTRIBUTES lpPipeAttributes, DWORD nSize);
// What waits in a pipe, and a copy of its beginning, which stays there. ERROR_BROKEN_PIPE once it is empty and no process
// writes to it any more.
WSALIVE_API BOOL WINAPI PeekNamedPipe(HANDLE hNamedPipe, LPVOID lpBuffer, DWORD nBufferSize,
                                      LPDWORD lpBytesRead, LPDWORD lpTotalBytesAvail,
                                      LPDWORD lpBytesLeftThisMessage);

WSALIVE_EXTERN_C_END

#endif

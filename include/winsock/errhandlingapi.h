// The calling thread's last error: the same cell as WSAGetLastError's.
#ifndef _ERRHANDLING_H_
#define _ERRHANDLING_H_

#include "minwindef.h"

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API DWORD WINAPI GetLastError(void);
WSALIVE_API VOID WINAPI SetLastError(DWORD dwErrCode);

WSALIVE_EXTERN_C_END

#endif

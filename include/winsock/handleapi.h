// Handles of every kind: closing, duplicating, marking.
#ifndef _APISETHANDLE_
#define _APISETHANDLE_

#include "winnt.h"

#define HANDLE_FLAG_INHERIT 0x00000001
#define HANDLE_FLAG_PROTECT_FROM_CLOSE 0x00000002
#define DUPLICATE_CLOSE_SOURCE 0x00000001
#define DUPLICATE_SAME_ACCESS 0x00000002

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API BOOL WINAPI CloseHandle(HANDLE hObject);
WSALIVE_API BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle,
                                        HANDLE hTargetProcessHandle, LPHANDLE lpTargetHandle,
                                        DWORD dwDesiredAccess, BOOL bInheritHandle,
                                        DWORD dwOptions);
WSALIVE_API BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags);
WSALIVE_API BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags);

WSALIVE_EXTERN_C_END

#endif

// The process's environment, command line and standard handles.
#ifndef _PROCESSENV_
#define _PROCESSENV_

#include "winnt.h"

#define STD_INPUT_HANDLE ((DWORD)-10)
#define STD_OUTPUT_HANDLE ((DWORD)-11)
#define STD_ERROR_HANDLE ((DWORD)-12)

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API DWORD WINAPI GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer, DWORD nSize);
WSALIVE_API DWORD WINAPI GetEnvironmentVariableW(LPCWSTR lpName, LPWSTR lpBuffer, DWORD nSize);
WSALIVE_API BOOL WINAPI SetEnvironmentVariableA(LPCSTR lpName, LPCSTR lpValue);
WSALIVE_API BOOL WINAPI SetEnvironmentVariableW(LPCWSTR lpName, LPCWSTR lpValue);
WSALIVE_API LPSTR WINAPI GetCommandLineA(void);
WSALIVE_API LPWSTR WINAPI GetCommandLineW(void);
WSALIVE_API HANDLE WINAPI GetStdHandle(DWORD nStdHandle);

WSALIVE_EXTERN_C_END

#ifdef UNICODE
#define GetEnvironmentVariable GetEnvironmentVariableW
#define SetEnvironmentVariable SetEnvironmentVariableW
#define GetCommandLine GetCommandLineW
#else
#define GetEnvironmentVariable GetEnvironmentVariableA
#define SetEnvironmentVariable SetEnvironmentVariableA
#define GetCommandLine GetCommandLineA
#endif

#endif

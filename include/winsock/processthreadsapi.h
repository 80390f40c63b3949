// Threads, their calls and their own storage; processes.
#ifndef _PROCESSTHREADSAPI_H_
#define _PROCESSTHREADSAPI_H_

#include "minwinbase.h"

#define CREATE_SUSPENDED 0x00000004
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000
#define TLS_MINIMUM_AVAILABLE 64
#define TLS_OUT_OF_INDEXES ((DWORD)0xFFFFFFFF)

#define THREAD_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xFFFF)
#define PROCESS_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xFFFF)

typedef DWORD(WINAPI* PTHREAD_START_ROUTINE)(LPVOID lpThreadParameter);
typedef PTHREAD_START_ROUTINE LPTHREAD_START_ROUTINE;
typedef VOID(NTAPI* PAPCFUNC)(ULONG_PTR Parameter);

#define CREATE_NEW_CONSOLE 0x00000010
#define CREATE_NEW_PROCESS_GROUP 0x00000200
#define CREATE_UNICODE_ENVIRONMENT 0x00000400
#define CREATE_NO_WINDOW 0x08000000
#define DETACHED_PROCESS 0x00000008
#define NORMAL_PRIORITY_CLASS 0x00000020
#define STARTF_USESTDHANDLES 0x00000100

typedef struct _PROCESS_INFORMATION {
  HANDLE hProcess;
  HANDLE hThread;
  DWORD dwProcessId;
  DWORD dwThreadId;
} PROCESS_INFORMATION, *PPROCESS_INFORMATION, *LPPROCESS_INFORMATION;

#define WSALIVE_STARTUPINFO(suffix, Text) \
  typedef struct _STARTUPINFO##suffix {   \
    DWORD cb;                             \
    Text lpReserved;                      \
    Text lpDesktop;                       \
    Text lpTitle;                         \
    DWORD dwX;                            \
    DWORD dwY;                            \
    DWORD dwXSize;                        \
    DWORD dwYSize;                        \
    DWORD dwXCountChars;                  \
    DWORD dwYCountChars;                  \
    DWORD dwFillAttribute;                \
    DWORD dwFlags;                        \
    WORD wShowWindow;                     \
    WORD cbReserved2;                     \
    LPBYTE lpReserved2;                   \
    HANDLE hStdInput;                     \
    HANDLE hStdOutput;                    \
    HANDLE hStdError;                     \
  } STARTUPINFO##suffix, *LPSTARTUPINFO##suffix;

WSALIVE_STARTUPINFO(A, LPSTR)
WSALIVE_STARTUPINFO(W, LPWSTR)
#undef WSALIVE_STARTUPINFO

#ifdef UNICODE
typedef STARTUPINFOW STARTUPINFO, *LPSTARTUPINFO;
#else
typedef STARTUPINFOA STARTUPINFO, *LPSTARTUPINFO;
#endif

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize,
                                       LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter,
                                       DWORD dwCreationFlags, LPDWORD lpThreadId);
WSALIVE_API DWORD WINAPI ResumeThread(HANDLE hThread);
WSALIVE_API DECLSPEC_NORETURN VOID WINAPI ExitThread(DWORD dwExitCode);
WSALIVE_API BOOL WINAPI GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode);
WSALIVE_API HANDLE WINAPI GetCurrentThread(void);
WSALIVE_API DWORD WINAPI GetCurrentThreadId(void);
WSALIVE_API DWORD WINAPI GetThreadId(HANDLE Thread);
WSALIVE_API BOOL WINAPI SwitchToThread(void);
WSALIVE_API DWORD WINAPI QueueUserAPC(PAPCFUNC pfnAPC, HANDLE hThread, ULONG_PTR dwData);

WSALIVE_API DWORD WINAPI TlsAlloc(void);
WSALIVE_API BOOL WINAPI TlsFree(DWORD dwTlsIndex);
WSALIVE_API LPVOID WINAPI TlsGetValue(DWORD dwTlsIndex);
WSALIVE_API BOOL WINAPI TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue);

WSALIVE_API HANDLE WINAPI GetCurrentProcess(void);
WSALIVE_API DWORD WINAPI GetCurrentProcessId(void);
WSALIVE_API BOOL WINAPI CreateProcessA(LPCSTR lpApplicationName, LPSTR lpCommandLine,
                                       LPSECURITY_ATTRIBUTES lpProcessAttributes,
                                       LPSECURITY_ATTRIBUTES lpThreadAttributes,
                                       BOOL bInheritHandles, DWORD dwCreationFlags,
                                       LPVOID lpEnvironment, LPCSTR lpCurrentDirectory,
                                       LPSTARTUPINFOA lpStartupInfo,
                                       LPPROCESS_INFORMATION lpProcessInformation);
WSALIVE_API BOOL WINAPI CreateProcessW(LPCWSTR lpApplicationName, LPWSTR lpCommandLine,
                                       LPSECURITY_ATTRIBUTES lpProcessAttributes,
                                       LPSECURITY_ATTRIBUTES lpThreadAttributes,
                                       BOOL bInheritHandles, DWORD dwCreationFlags,
                                       LPVOID lpEnvironment, LPCWSTR lpCurrentDirectory,
                                       LPSTARTUPINFOW lpStartupInfo,
                                       LPPROCESS_INFORMATION lpProcessInformation);
WSALIVE_API BOOL WINAPI GetExitCodeProcess(HANDLE hProcess, LPDWORD lpExitCode);
WSALIVE_API BOOL WINAPI TerminateProcess(HANDLE hProcess, UINT uExitCode);
WSALIVE_API DWORD WINAPI GetProcessId(HANDLE Process);
WSALIVE_API DECLSPEC_NORETURN VOID WINAPI ExitProcess(UINT uExitCode);
WSALIVE_API BOOL WINAPI GetProcessHandleCount(HANDLE hProcess, PDWORD pdwHandleCount);

WSALIVE_EXTERN_C_END

#ifdef UNICODE
#define CreateProcess CreateProcessW
#else
#define CreateProcess CreateProcessA
#endif

#endif

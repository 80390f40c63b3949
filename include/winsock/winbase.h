// The rest of Win32's base: memory blocks, messages, names, strings.
#ifndef _WINBASE_
#define _WINBASE_

// clang-format off
#include "minwinbase.h"
#include "errhandlingapi.h"
#include "handleapi.h"
#include "ioapiset.h"
#include "synchapi.h"
#include "processthreadsapi.h"
#include "profileapi.h"
#include "sysinfoapi.h"
#include "heapapi.h"
#include "memoryapi.h"
#include "stringapiset.h"
#include "processenv.h"
#include "libloaderapi.h"
#include "fileapi.h"
#include "namedpipeapi.h"
#include "consoleapi.h"
// clang-format on

#include <stdarg.h>

#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x00000200
#define FORMAT_MESSAGE_FROM_STRING 0x00000400
#define FORMAT_MESSAGE_FROM_HMODULE 0x00000800
#define FORMAT_MESSAGE_FROM_SYSTEM 0x00001000
#define FORMAT_MESSAGE_ARGUMENT_ARRAY 0x00002000
#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0x000000FF

#define MAX_COMPUTERNAME_LENGTH 15

#define LMEM_FIXED 0x0000
#define LMEM_ZEROINIT 0x0040
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
#define GMEM_FIXED 0x0000
#define GMEM_ZEROINIT 0x0040
#define GPTR (GMEM_FIXED | GMEM_ZEROINIT)

#define FILE_BEGIN 0
#define FILE_CURRENT 1
#define FILE_END 2
#define FILE_FLAG_WRITE_THROUGH 0x80000000
#define FILE_FLAG_OVERLAPPED 0x40000000
#define FILE_FLAG_NO_BUFFERING 0x20000000
#define FILE_FLAG_RANDOM_ACCESS 0x10000000
#define FILE_FLAG_SEQUENTIAL_SCAN 0x08000000
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000

#define FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 0x1
#define FILE_SKIP_SET_EVENT_ON_HANDLE 0x2

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API HLOCAL WINAPI LocalAlloc(UINT uFlags, SIZE_T uBytes);
WSALIVE_API HLOCAL WINAPI LocalReAlloc(HLOCAL hMem, SIZE_T uBytes, UINT uFlags);
WSALIVE_API HLOCAL WINAPI LocalFree(HLOCAL hMem);
WSALIVE_API HGLOBAL WINAPI GlobalAlloc(UINT uFlags, SIZE_T dwBytes);
WSALIVE_API HGLOBAL WINAPI GlobalFree(HGLOBAL hMem);

WSALIVE_API DWORD WINAPI FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId,
                                        DWORD dwLanguageId, LPSTR lpBuffer, DWORD nSize,
                                        va_list* Arguments);
WSALIVE_API DWORD WINAPI FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId,
                                        DWORD dwLanguageId, LPWSTR lpBuffer, DWORD nSize,
                                        va_list* Arguments);

WSALIVE_API BOOL WINAPI GetComputerNameA(LPSTR lpBuffer, LPDWORD nSize);
WSALIVE_API BOOL WINAPI GetComputerNameW(LPWSTR lpBuffer, LPDWORD nSize);

WSALIVE_API int WINAPI lstrlenA(LPCSTR lpString);
WSALIVE_API int WINAPI lstrlenW(LPCWSTR lpString);
WSALIVE_API LPSTR WINAPI lstrcpyA(LPSTR lpString1, LPCSTR lpString2);
WSALIVE_API LPWSTR WINAPI lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2);
WSALIVE_API LPSTR WINAPI lstrcpynA(LPSTR lpString1, LPCSTR lpString2, int iMaxLength);
WSALIVE_API LPWSTR WINAPI lstrcpynW(LPWSTR lpString1, LPCWSTR lpString2, int iMaxLength);
WSALIVE_API LPSTR WINAPI lstrcatA(LPSTR lpString1, LPCSTR lpString2);
WSALIVE_API LPWSTR WINAPI lstrcatW(LPWSTR lpString1, LPCWSTR lpString2);
WSALIVE_API int WINAPI lstrcmpA(LPCSTR lpString1, LPCSTR lpString2);
WSALIVE_API int WINAPI lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2);
WSALIVE_API int WINAPI lstrcmpiA(LPCSTR lpString1, LPCSTR lpString2);
WSALIVE_API int WINAPI lstrcmpiW(LPCWSTR lpString1, LPCWSTR lpString2);

// FILE_SKIP_COMPLETION_PORT_ON_SUCCESS: a socket's operation that succeeds at once queues no packet. A mode
// once set stays. ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER.
WSALIVE_API BOOL WINAPI SetFileCompletionNotificationModes(HANDLE FileHandle, UCHAR Flags);

WSALIVE_EXTERN_C_END

#ifdef UNICODE
#define FormatMessage FormatMessageW
#define GetComputerName GetComputerNameW
#define lstrlen lstrlenW
#define lstrcpy lstrcpyW
#define lstrcpyn lstrcpynW
#define lstrcat lstrcatW
#define lstrcmp lstrcmpW
#define lstrcmpi lstrcmpiW
#else
#define FormatMessage FormatMessageA
#define GetComputerName GetComputerNameA
#define lstrlen lstrlenA
#define lstrcpy lstrcpyA
#define lstrcpyn lstrcpynA
#define lstrcat lstrcatA
#define lstrcmp lstrcmpA
#define lstrcmpi lstrcmpiA
#endif

#endif

// Modules. The Windows libraries that network programs load by name (ws2_32, mswsock, kernel32, ntdll,
// advapi32) are all this library; another name is a shared object of this system.
#ifndef _APISETLIBLOADER_
#define _APISETLIBLOADER_

#include "winnt.h"

#define GET_MODULE_HANDLE_EX_FLAG_PIN 0x00000001
#define GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT 0x00000002
#define GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS 0x00000004
#define LOAD_LIBRARY_SEARCH_SYSTEM32 0x00000800
#define LOAD_LIBRARY_SEARCH_DEFAULT_DIRS 0x00001000

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API HMODULE WINAPI LoadLibraryA(LPCSTR lpLibFileName);
WSALIVE_API HMODULE WINAPI LoadLibraryW(LPCWSTR lpLibFileName);
WSALIVE_API HMODULE WINAPI LoadLibraryExA(LPCSTR lpLibFileName, HANDLE hFile, DWORD dwFlags);
WSALIVE_API HMODULE WINAPI LoadLibraryExW(LPCWSTR lpLibFileName, HANDLE hFile, DWORD dwFlags);
WSALIVE_API BOOL WINAPI FreeLibrary(HMODULE hLibModule);
WSALIVE_API FARPROC WINAPI GetProcAddress(HMODULE hModule, LPCSTR lpProcName);
WSALIVE_API HMODULE WINAPI GetModuleHandleA(LPCSTR lpModuleName);
WSALIVE_API HMODULE WINAPI GetModuleHandleW(LPCWSTR lpModuleName);
WSALIVE_API DWORD WINAPI GetModuleFileNameA(HMODULE hModule, LPSTR lpFilename, DWORD nSize);
WSALIVE_API DWORD WINAPI GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize);

WSALIVE_EXTERN_C_END

#ifdef UNICODE
#define LoadLibrary LoadLibraryW
#define LoadLibraryEx LoadLibraryExW
#define GetModuleHandle GetModuleHandleW
#define GetModuleFileName GetModuleFileNameW
#else
#define LoadLibrary LoadLibraryA
#define LoadLibraryEx LoadLibraryExA
#define GetModuleHandle GetModuleHandleA
#define GetModuleFileName GetModuleFileNameA
#endif

#endif

// Pages of memory, and files and names mapped into it.
#ifndef _MEMORYAPI_H_
#define _MEMORYAPI_H_

#include "minwinbase.h"

#define PAGE_NOACCESS 0x01
#define PAGE_READONLY 0x02
#define PAGE_READWRITE 0x04
#define PAGE_WRITECOPY 0x08
#define PAGE_EXECUTE 0x10
#define PAGE_EXECUTE_READ 0x20
#define PAGE_EXECUTE_READWRITE 0x40
#define PAGE_GUARD 0x100

#define MEM_COMMIT 0x00001000
#define MEM_RESERVE 0x00002000
#define MEM_DECOMMIT 0x00004000
#define MEM_RELEASE 0x00008000

#define FILE_MAP_COPY 0x0001
#define FILE_MAP_WRITE 0x0002
#define FILE_MAP_READ 0x0004
#define FILE_MAP_ALL_ACCESS 0x000F001F

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API LPVOID WINAPI VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType,
                                       DWORD flProtect);
WSALIVE_API BOOL WINAPI VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType);
WSALIVE_API BOOL WINAPI VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect,
                                       PDWORD lpflOldProtect);

// Shared memory: the first argument must be INVALID_HANDLE_VALUE, mappings of files do not exist.
WSALIVE_API HANDLE WINAPI CreateFileMappingA(HANDLE hFile,
                                             LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                             DWORD flProtect, DWORD dwMaximumSizeHigh,
                                             DWORD dwMaximumSizeLow, LPCSTR lpName);
WSALIVE_API HANDLE WINAPI CreateFileMappingW(HANDLE hFile,
                                             LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                             DWORD flProtect, DWORD dwMaximumSizeHigh,
                                             DWORD dwMaximumSizeLow, LPCWSTR lpName);
WSALIVE_API HANDLE WINAPI OpenFileMappingA(DWORD dwDesiredAccess, BOOL bInheritHandle,
                                           LPCSTR lpName);
WSALIVE_API HANDLE WINAPI OpenFileMappingW(DWORD dwDesiredAccess, BOOL bInheritHandle,
                                           LPCWSTR lpName);
WSALIVE_API LPVOID WINAPI MapViewOfFile(HANDLE hFileMappingObject, DWORD dwDesiredAccess,
                                        DWORD dwFileOffsetHigh, DWORD dwFileOffsetLow,
                                        SIZE_T dwNumberOfBytesToMap);
WSALIVE_API BOOL WINAPI UnmapViewOfFile(LPCVOID lpBaseAddress);

WSALIVE_EXTERN_C_END

#ifdef UNICODE
#define CreateFileMapping CreateFileMappingW
#define OpenFileMapping OpenFileMappingW
#else
#define CreateFileMapping CreateFileMappingA
#define OpenFileMapping OpenFileMappingA
#endif

#endif

// Structures and numbers of version queries. Part of winnt.h.
#ifndef WSALIVE_VERSION_TYPES_H
#define WSALIVE_VERSION_TYPES_H

#include "../minwindef.h"

#define WSALIVE_VERSION_INFO(suffix, character)                               \
  typedef struct _OSVERSIONINFO##suffix {                                     \
    DWORD dwOSVersionInfoSize;                                                \
    DWORD dwMajorVersion;                                                     \
    DWORD dwMinorVersion;                                                     \
    DWORD dwBuildNumber;                                                      \
    DWORD dwPlatformId;                                                       \
    character szCSDVersion[128];                                              \
  } OSVERSIONINFO##suffix, *POSVERSIONINFO##suffix, *LPOSVERSIONINFO##suffix; \
  typedef struct _OSVERSIONINFOEX##suffix {                                   \
    DWORD dwOSVersionInfoSize;                                                \
    DWORD dwMajorVersion;                                                     \
    DWORD dwMinorVersion;                                                     \
    DWORD dwBuildNumber;                                                      \
    DWORD dwPlatformId;                                                       \
    character szCSDVersion[128];                                              \
    WORD wServicePackMajor;                                                   \
    WORD wServicePackMinor;                                                   \
    WORD wSuiteMask;                                                          \
    BYTE wProductType;                                                        \
    BYTE wReserved;                                                           \
  } OSVERSIONINFOEX##suffix, *POSVERSIONINFOEX##suffix, *LPOSVERSIONINFOEX##suffix;

WSALIVE_VERSION_INFO(A, char)
WSALIVE_VERSION_INFO(W, wchar_t)
#undef WSALIVE_VERSION_INFO

typedef OSVERSIONINFOW RTL_OSVERSIONINFOW, *PRTL_OSVERSIONINFOW;
typedef OSVERSIONINFOEXW RTL_OSVERSIONINFOEXW, *PRTL_OSVERSIONINFOEXW;

#ifdef UNICODE
typedef OSVERSIONINFOW OSVERSIONINFO, *POSVERSIONINFO, *LPOSVERSIONINFO;
typedef OSVERSIONINFOEXW OSVERSIONINFOEX, *POSVERSIONINFOEX, *LPOSVERSIONINFOEX;
#else
typedef OSVERSIONINFOA OSVERSIONINFO, *POSVERSIONINFO, *LPOSVERSIONINFO;
typedef OSVERSIONINFOEXA OSVERSIONINFOEX, *POSVERSIONINFOEX, *LPOSVERSIONINFOEX;
#endif

#define VER_PLATFORM_WIN32_NT 2
#define VER_NT_WORKSTATION 0x0000001
#define VER_NT_DOMAIN_CONTROLLER 0x0000002
#define VER_NT_SERVER 0x0000003

#define VER_MINORVERSION 0x0000001
#define VER_MAJORVERSION 0x0000002
#define VER_BUILDNUMBER 0x0000004
#define VER_PLATFORMID 0x0000008
#define VER_SERVICEPACKMINOR 0x0000010
#define VER_SERVICEPACKMAJOR 0x0000020
#define VER_SUITENAME 0x0000040
#define VER_PRODUCT_TYPE 0x0000080

#define VER_EQUAL 1
#define VER_GREATER 2
#define VER_GREATER_EQUAL 3
#define VER_LESS 4
#define VER_LESS_EQUAL 5
#define VER_AND 6
#define VER_OR 7

#define VER_SET_CONDITION(mask, type, condition) \
  ((mask) = VerSetConditionMask((mask), (type), (condition)))

#define _WIN32_WINNT_NT4 0x0400
#define _WIN32_WINNT_WIN2K 0x0500
#define _WIN32_WINNT_WINXP 0x0501
#define _WIN32_WINNT_WS03 0x0502
#define _WIN32_WINNT_WIN6 0x0600
#define _WIN32_WINNT_VISTA 0x0600
#define _WIN32_WINNT_WS08 0x0600
#define _WIN32_WINNT_WIN7 0x0601
#define _WIN32_WINNT_WIN8 0x0602
#define _WIN32_WINNT_WINBLUE 0x0603
#define _WIN32_WINNT_WIN10 0x0A00

#endif

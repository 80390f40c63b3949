// "Is it at least that Windows?": VerifyVersionInfo in words.
#ifndef _VERSIONHELPERS_H_
#define _VERSIONHELPERS_H_

#include "windows.h"

FORCEINLINE BOOL IsWindowsVersionOrGreater(WORD major, WORD minor, WORD servicePack) {
  OSVERSIONINFOEXW asked;
  DWORDLONG condition = 0;
  ZeroMemory(&asked, sizeof asked);
  asked.dwOSVersionInfoSize = sizeof asked;
  asked.dwMajorVersion = major;
  asked.dwMinorVersion = minor;
  asked.wServicePackMajor = servicePack;
  VER_SET_CONDITION(condition, VER_MAJORVERSION, VER_GREATER_EQUAL);
  VER_SET_CONDITION(condition, VER_MINORVERSION, VER_GREATER_EQUAL);
  VER_SET_CONDITION(condition, VER_SERVICEPACKMAJOR, VER_GREATER_EQUAL);
  return VerifyVersionInfoW(&asked, VER_MAJORVERSION | VER_MINORVERSION | VER_SERVICEPACKMAJOR,
                            condition);
}

#define WSALIVE_AT_LEAST(name, version)                                    \
  FORCEINLINE BOOL name(void) {                                            \
    return IsWindowsVersionOrGreater(HIBYTE(version), LOBYTE(version), 0); \
  }
WSALIVE_AT_LEAST(IsWindowsXPOrGreater, _WIN32_WINNT_WINXP)
WSALIVE_AT_LEAST(IsWindowsVistaOrGreater, _WIN32_WINNT_VISTA)
WSALIVE_AT_LEAST(IsWindows7OrGreater, _WIN32_WINNT_WIN7)
WSALIVE_AT_LEAST(IsWindows8OrGreater, _WIN32_WINNT_WIN8)
WSALIVE_AT_LEAST(IsWindows8Point1OrGreater, _WIN32_WINNT_WINBLUE)
WSALIVE_AT_LEAST(IsWindows10OrGreater, _WIN32_WINNT_WIN10)
#undef WSALIVE_AT_LEAST

FORCEINLINE BOOL IsWindowsServer(void) {
  OSVERSIONINFOEXW asked;
  ZeroMemory(&asked, sizeof asked);
  asked.dwOSVersionInfoSize = sizeof asked;
  asked.wProductType = VER_NT_WORKSTATION;
  return !VerifyVersionInfoW(&asked, VER_PRODUCT_TYPE,
                             VerSetConditionMask(0, VER_PRODUCT_TYPE, VER_EQUAL));
}

#endif

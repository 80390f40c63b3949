// The functions of Microsoft's C library that know their buffer's size (sprintf_s and its kin). In C++ the size of
// an array need not be said.
//
// Where Microsoft's library ends the program (too small a buffer, NULL), these answer ERANGE or EINVAL, -1 from
// the printf kind, and leave an empty string. A text that is cut is so only by _TRUNCATE (STRUNCATE, -1).
#ifndef WSALIVE_SECURE_CRT_H
#define WSALIVE_SECURE_CRT_H

#include "glibc_first.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <wchar.h>

#include "compiler.h"

#ifndef _ERRNO_T_DEFINED
#define _ERRNO_T_DEFINED
typedef int errno_t;
#endif
#ifndef _TRUNCATE
#define _TRUNCATE ((size_t)-1)
#endif
#ifndef STRUNCATE
#define STRUNCATE 80
#endif
#ifndef _countof
#define _countof(array) (sizeof(array) / sizeof((array)[0]))
#endif

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API int __cdecl sprintf_s(char* buffer, size_t size, const char* format, ...);
WSALIVE_API int __cdecl vsprintf_s(char* buffer, size_t size, const char* format,
                                   va_list arguments);
WSALIVE_API int __cdecl _snprintf_s(char* buffer, size_t size, size_t count, const char* format,
                                    ...);
WSALIVE_API int __cdecl swprintf_s(wchar_t* buffer, size_t size, const wchar_t* format, ...);
WSALIVE_API errno_t __cdecl strcpy_s(char* dest, size_t size, const char* source);
WSALIVE_API errno_t __cdecl strcat_s(char* dest, size_t size, const char* source);
WSALIVE_API errno_t __cdecl strncpy_s(char* dest, size_t size, const char* source, size_t count);
WSALIVE_API errno_t __cdecl wcscpy_s(wchar_t* dest, size_t size, const wchar_t* source);
WSALIVE_API errno_t __cdecl wcscat_s(wchar_t* dest, size_t size, const wchar_t* source);
WSALIVE_API errno_t __cdecl wcsncpy_s(wchar_t* dest, size_t size, const wchar_t* source,
                                      size_t count);
WSALIVE_API errno_t __cdecl memcpy_s(void* dest, size_t size, const void* source, size_t count);
WSALIVE_API errno_t __cdecl fopen_s(FILE** stream, const char* name, const char* mode);
WSALIVE_API errno_t __cdecl localtime_s(struct tm* out, const time_t* when);

WSALIVE_EXTERN_C_END

#ifdef __cplusplus
extern "C++" {
template <size_t N, typename... Arguments>
inline int sprintf_s(char (&buffer)[N], const char* format, Arguments... arguments) {
  return sprintf_s(static_cast<char*>(buffer), N, format, arguments...);
}
template <size_t N, typename... Arguments>
inline int swprintf_s(wchar_t (&buffer)[N], const wchar_t* format, Arguments... arguments) {
  return swprintf_s(static_cast<wchar_t*>(buffer), N, format, arguments...);
}
template <size_t N>
inline errno_t strcpy_s(char (&dest)[N], const char* source) {
  return strcpy_s(static_cast<char*>(dest), N, source);
}
template <size_t N>
inline errno_t strcat_s(char (&dest)[N], const char* source) {
  return strcat_s(static_cast<char*>(dest), N, source);
}
template <size_t N>
inline errno_t strncpy_s(char (&dest)[N], const char* source, size_t count) {
  return strncpy_s(static_cast<char*>(dest), N, source, count);
}
template <size_t N>
inline errno_t wcscpy_s(wchar_t (&dest)[N], const wchar_t* source) {
  return wcscpy_s(static_cast<wchar_t*>(dest), N, source);
}
template <size_t N>
inline errno_t wcscat_s(wchar_t (&dest)[N], const wchar_t* source) {
  return wcscat_s(static_cast<wchar_t*>(dest), N, source);
}
}
#endif

#endif

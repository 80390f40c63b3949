// printf as Windows' C library has it, for Windows sources: wsalive-cc includes this file ahead of them.
//
// A `long` in a format is 32 bits wide, as DWORD is; %I64d, %ws, %S and %hs work; in the wprintf family %s
// is a wide string. Wide output comes out as UTF-8, and narrow and wide output mix on one stream. The
// functions are linked under other names; nothing in the C library is replaced. With _FORTIFY_SOURCE the
// C library's own stay in force.
#if !defined(WSALIVE_WINDOWS_STDIO_H) && !defined(__ASSEMBLER__)
#define WSALIVE_WINDOWS_STDIO_H

#include "glibc_first.h"

// An optimising compiler sees the C library's vprintf inline, which calls vfprintf; clang gives no function another link
// name after it was called.
#pragma push_macro("__USE_EXTERN_INLINES")
#undef __USE_EXTERN_INLINES
#include <stdio.h>
#pragma pop_macro("__USE_EXTERN_INLINES")

#include <stdarg.h>
#include <wchar.h>

#include "compiler.h"
#include "secure_crt.h"

#if !defined(__USE_FORTIFY_LEVEL) || __USE_FORTIFY_LEVEL == 0

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API int printf(const char* format, ...) WSALIVE_LABEL(printf);
WSALIVE_API int fprintf(FILE* stream, const char* format, ...) WSALIVE_LABEL(fprintf);
WSALIVE_API int vprintf(const char* format, va_list arguments) WSALIVE_LABEL(vprintf);
WSALIVE_API int vfprintf(FILE* stream, const char* format, va_list arguments)
    WSALIVE_LABEL(vfprintf);
WSALIVE_API int sprintf(char* buffer, const char* format, ...) WSALIVE_LABEL(sprintf);
WSALIVE_API int snprintf(char* buffer, size_t size, const char* format, ...)
    WSALIVE_LABEL(snprintf);
WSALIVE_API int wprintf(const wchar_t* format, ...) WSALIVE_LABEL(wprintf);
WSALIVE_API int fwprintf(FILE* stream, const wchar_t* format, ...) WSALIVE_LABEL(fwprintf);
WSALIVE_API int swprintf(wchar_t* buffer, size_t size, const wchar_t* format, ...)
    WSALIVE_LABEL(swprintf);

WSALIVE_EXTERN_C_END

#endif
#endif

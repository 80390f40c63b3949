// Strings that know their buffer's size: copy, append, format, measure. Sizes of the Cch functions are in
// characters, of the Cb functions in bytes; too long a text is cut, ends in NUL and answers
// STRSAFE_E_INSUFFICIENT_BUFFER.
#ifndef _STRSAFE_H_INCLUDED_
#define _STRSAFE_H_INCLUDED_

#include <stdarg.h>

#include "winerror.h"
#include "winnt.h"

#define STRSAFE_MAX_CCH 2147483647
#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007A)
#define STRSAFE_E_INVALID_PARAMETER ((HRESULT)0x80070057)
#define STRSAFE_E_END_OF_FILE ((HRESULT)0x80070026)

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API HRESULT WINAPI StringCchCopyA(LPSTR dest, size_t size, LPCSTR source);
WSALIVE_API HRESULT WINAPI StringCbCopyA(LPSTR dest, size_t size, LPCSTR source);
WSALIVE_API HRESULT WINAPI StringCchCopyNA(LPSTR dest, size_t size, LPCSTR source, size_t count);
WSALIVE_API HRESULT WINAPI StringCchCatA(LPSTR dest, size_t size, LPCSTR source);
WSALIVE_API HRESULT WINAPI StringCbCatA(LPSTR dest, size_t size, LPCSTR source);
WSALIVE_API HRESULT WINAPIV StringCchPrintfA(LPSTR dest, size_t size, LPCSTR format, ...);
WSALIVE_API HRESULT WINAPIV StringCbPrintfA(LPSTR dest, size_t size, LPCSTR format, ...);
WSALIVE_API HRESULT WINAPI StringCchVPrintfA(LPSTR dest, size_t size, LPCSTR format,
                                             va_list arguments);
WSALIVE_API HRESULT WINAPI StringCchLengthA(LPCSTR text, size_t most, size_t* length);
WSALIVE_API HRESULT WINAPI StringCbLengthA(LPCSTR text, size_t most, size_t* length);

WSALIVE_API HRESULT WINAPI StringCchCopyW(LPWSTR dest, size_t size, LPCWSTR source);
WSALIVE_API HRESULT WINAPI StringCbCopyW(LPWSTR dest, size_t size, LPCWSTR source);
WSALIVE_API HRESULT WINAPI StringCchCopyNW(LPWSTR dest, size_t size, LPCWSTR source, size_t count);
WSALIVE_API HRESULT WINAPI StringCchCatW(LPWSTR dest, size_t size, LPCWSTR source);
WSALIVE_API HRESULT WINAPI StringCbCatW(LPWSTR dest, size_t size, LPCWSTR source);
WSALIVE_API HRESULT WINAPIV StringCchPrintfW(LPWSTR dest, size_t size, LPCWSTR format, ...);
WSALIVE_API HRESULT WINAPIV StringCbPrintfW(LPWSTR dest, size_t size, LPCWSTR format, ...);
WSALIVE_API HRESULT WINAPI StringCchVPrintfW(LPWSTR dest, size_t size, LPCWSTR format,
                                             va_list arguments);
WSALIVE_API HRESULT WINAPI StringCchLengthW(LPCWSTR text, size_t most, size_t* length);
WSALIVE_API HRESULT WINAPI StringCbLengthW(LPCWSTR text, size_t most, size_t* length);

WSALIVE_EXTERN_C_END

#ifdef UNICODE
#define StringCchCopy StringCchCopyW
#define StringCbCopy StringCbCopyW
#define StringCchCopyN StringCchCopyNW
#define StringCchCat StringCchCatW
#define StringCbCat StringCbCatW
#define StringCchPrintf StringCchPrintfW
#define StringCbPrintf StringCbPrintfW
#define StringCchVPrintf StringCchVPrintfW
#define StringCchLength StringCchLengthW
#define StringCbLength StringCbLengthW
#else
#define StringCchCopy StringCchCopyA
#define StringCbCopy StringCbCopyA
#define StringCchCopyN StringCchCopyNA
#define StringCchCat StringCchCatA
#define StringCbCat StringCbCatA
#define StringCchPrintf StringCchPrintfA
#define StringCbPrintf StringCbPrintfA
#define StringCchVPrintf StringCchVPrintfA
#define StringCchLength StringCchLengthA
#define StringCbLength StringCbLengthA
#endif

#endif

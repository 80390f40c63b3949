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

#define WSALIVE_STRSAFE(suffix, Text, ConstText)                                                   \
  WSALIVE_API HRESULT WINAPI StringCchCopy##suffix(Text dest, size_t size, ConstText source);      \
  WSALIVE_API HRESULT WINAPI StringCbCopy##suffix(Text dest, size_t size, ConstText source);       \
  WSALIVE_API HRESULT WINAPI StringCchCopyN##suffix(Text dest, size_t size, ConstText source,      \
                                                    size_t count);                                 \
  WSALIVE_API HRESULT WINAPI StringCchCat##suffix(Text dest, size_t size, ConstText source);       \
  WSALIVE_API HRESULT WINAPI StringCbCat##suffix(Text dest, size_t size, ConstText source);        \
  WSALIVE_API HRESULT WINAPIV StringCchPrintf##suffix(Text dest, size_t size, ConstText format,    \
                                                      ...);                                        \
  WSALIVE_API HRESULT WINAPIV StringCbPrintf##suffix(Text dest, size_t size, ConstText format,     \
                                                     ...);                                         \
  WSALIVE_API HRESULT WINAPI StringCchVPrintf##suffix(Text dest, size_t size, ConstText format,    \
                                                      va_list arguments);                          \
  WSALIVE_API HRESULT WINAPI StringCchLength##suffix(ConstText text, size_t most, size_t* length); \
  WSALIVE_API HRESULT WINAPI StringCbLength##suffix(ConstText text, size_t most, size_t* length);

WSALIVE_STRSAFE(A, LPSTR, LPCSTR)
WSALIVE_STRSAFE(W, LPWSTR, LPCWSTR)
#undef WSALIVE_STRSAFE

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

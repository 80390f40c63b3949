// Text of code pages and wide text. Known code pages: UTF-8, which is also the ANSI and the OEM one here.
#ifndef _APISETSTRING_
#define _APISETSTRING_

#include "winnt.h"

#define CP_ACP 0
#define CP_OEMCP 1
#define CP_THREAD_ACP 3
#define CP_UTF8 65001
#define MB_PRECOMPOSED 0x00000001
#define MB_ERR_INVALID_CHARS 0x00000008
#define WC_NO_BEST_FIT_CHARS 0x00000400
#define WC_ERR_INVALID_CHARS 0x00000080

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API int WINAPI MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCCH lpMultiByteStr,
                                           int cbMultiByte, LPWSTR lpWideCharStr, int cchWideChar);
WSALIVE_API int WINAPI WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWCH lpWideCharStr,
                                           int cchWideChar, LPSTR lpMultiByteStr, int cbMultiByte,
                                           LPCCH lpDefaultChar, LPBOOL lpUsedDefaultChar);

WSALIVE_EXTERN_C_END

#endif

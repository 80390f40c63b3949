// Text that is narrow or wide by _UNICODE, and the C library's names for both.
#ifndef _INC_TCHAR
#define _INC_TCHAR

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>
#include <wctype.h>

#include "wsalive/secure_crt.h"

#ifdef _UNICODE
#define __T(literal) L##literal
typedef wchar_t _TCHAR;
typedef wchar_t _TSCHAR;
#define _tmain wmain
#define _tcslen wcslen
#define _tcscpy wcscpy
#define _tcsncpy wcsncpy
#define _tcscat wcscat
#define _tcscpy_s wcscpy_s
#define _tcscat_s wcscat_s
#define _stprintf_s swprintf_s
#define _tcsncat wcsncat
#define _tcscmp wcscmp
#define _tcsncmp wcsncmp
#define _tcsicmp wcscasecmp
#define _tcsnicmp wcsncasecmp
#define _tcschr wcschr
#define _tcsrchr wcsrchr
#define _tcsstr wcsstr
#define _tcstol wcstol
#define _tcstoul wcstoul
#define _ttoi(text) ((int)wcstol((text), NULL, 10))
#define _tstoi _ttoi
#define _tprintf wprintf
#define _ftprintf fwprintf
#define _vtprintf vwprintf
#define _vftprintf vfwprintf
#define _sntprintf swprintf
#define _fputts fputws
#define _fgetts fgetws
#define _puttchar putwchar
#define _totupper towupper
#define _totlower towlower
#define _istdigit iswdigit
#define _istspace iswspace
#else
#define __T(literal) literal
typedef char _TCHAR;
typedef signed char _TSCHAR;
#define _tmain main
#define _tcslen strlen
#define _tcscpy strcpy
#define _tcsncpy strncpy
#define _tcscat strcat
#define _tcscpy_s strcpy_s
#define _tcscat_s strcat_s
#define _stprintf_s sprintf_s
#define _tcsncat strncat
#define _tcscmp strcmp
#define _tcsncmp strncmp
#define _tcsicmp strcasecmp
#define _tcsnicmp strncasecmp
#define _tcschr strchr
#define _tcsrchr strrchr
#define _tcsstr strstr
#define _tcstol strtol
#define _tcstoul strtoul
#define _ttoi atoi
#define _tstoi atoi
#define _tprintf printf
#define _ftprintf fprintf
#define _vtprintf vprintf
#define _vftprintf vfprintf
#define _sntprintf snprintf
#define _fputts fputs
#define _fgetts fgets
#define _puttchar putchar
#define _totupper toupper
#define _totlower tolower
#define _istdigit isdigit
#define _istspace isspace
#endif
#define _T(literal) __T(literal)
#define _TEXT(literal) __T(literal)

#endif

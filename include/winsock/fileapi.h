// Reading and writing by handle: the standard handles.
#ifndef _APISETFILE_
#define _APISETFILE_

#include "minwinbase.h"

#define FILE_TYPE_UNKNOWN 0x0000
#define FILE_TYPE_DISK 0x0001
#define FILE_TYPE_CHAR 0x0002
#define FILE_TYPE_PIPE 0x0003

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API DWORD WINAPI GetFileType(HANDLE hFile);

WSALIVE_EXTERN_C_END

#endif

// The rest of Win32's base: memory blocks, messages, names, strings.
#ifndef _WINBASE_
#define _WINBASE_

// clang-format off
#include "minwinbase.h"
#include "errhandlingapi.h"
#include "handleapi.h"
#include "synchapi.h"
#include "processthreadsapi.h"
#include "profileapi.h"
#include "sysinfoapi.h"
#include "heapapi.h"
#include "memoryapi.h"
// clang-format on

#define LMEM_FIXED 0x0000
#define LMEM_ZEROINIT 0x0040
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
#define GMEM_FIXED 0x0000
#define GMEM_ZEROINIT 0x0040
#define GPTR (GMEM_FIXED | GMEM_ZEROINIT)

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API HLOCAL WINAPI LocalAlloc(UINT uFlags, SIZE_T uBytes);
WSALIVE_API HLOCAL WINAPI LocalReAlloc(HLOCAL hMem, SIZE_T uBytes, UINT uFlags);
WSALIVE_API HLOCAL WINAPI LocalFree(HLOCAL hMem);
WSALIVE_API HGLOBAL WINAPI GlobalAlloc(UINT uFlags, SIZE_T dwBytes);
WSALIVE_API HGLOBAL WINAPI GlobalFree(HGLOBAL hMem);

WSALIVE_EXTERN_C_END

#endif

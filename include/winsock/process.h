// The C library's way to start threads. A thread of _beginthreadex leaves a handle to close; one of
// _beginthread closes its own when it ends.
#ifndef _INC_PROCESS
#define _INC_PROCESS

#include <stdint.h>
#include <unistd.h>

#include "minwindef.h"

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API uintptr_t __cdecl _beginthreadex(void* security, unsigned stack_size,
                                             unsigned(__stdcall* start_address)(void*),
                                             void* arglist, unsigned initflag, unsigned* thrdaddr);
WSALIVE_API DECLSPEC_NORETURN void __cdecl _endthreadex(unsigned retval);
WSALIVE_API uintptr_t __cdecl _beginthread(void(__cdecl* start_address)(void*), unsigned stack_size,
                                           void* arglist);
WSALIVE_API DECLSPEC_NORETURN void __cdecl _endthread(void);

WSALIVE_EXTERN_C_END

#define _getpid getpid

#endif

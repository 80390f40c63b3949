// The performance counter: nanoseconds of the monotonic clock.
#ifndef _PROFILEAPI_H_
#define _PROFILEAPI_H_

#include "winnt.h"

WSALIVE_EXTERN_C_BEGIN

WSALIVE_API BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER* lpPerformanceCount);
WSALIVE_API BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER* lpFrequency);

WSALIVE_EXTERN_C_END

#endif

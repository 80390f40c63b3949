// What wsalive offers beyond Windows: descriptors in and out, and the read-back of what keep-alive does.
// Plain C; a Windows program that uses it asks for __has_include(<wsalive_ext.h>).
#ifndef WSALIVE_EXT_H
#define WSALIVE_EXT_H

#include "winsock2.h"

WSALIVE_EXTERN_C_BEGIN

// Chooses the release ("win7", "ws2019", ... ) and the option-size rules ("documented", "observed") for the
// next WSAStartup that leaves the count 0; NULL leaves the choice to environment and registry. WSAEINVAL
// for an unknown name, and nothing is chosen. Needs no start-up; any thread. K-121, K-122.
WSALIVE_API int wsalive_choose(const char* release, const char* rules);

// Why WSAStartup answered WSASYSNOTREADY: one sentence a line; NULL if nothing was wrong. Good until the
// thread's next call of it. K-122.
WSALIVE_API const char* wsalive_startup_problem(void);

WSALIVE_EXTERN_C_END

#endif

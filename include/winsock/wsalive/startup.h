// Prototypes: WSAStartup, WSACleanup, WSAGetLastError, WSASetLastError. Part of winsock2.h.
#ifndef WSALIVE_STARTUP_H
#define WSALIVE_STARTUP_H

WSALIVE_EXTERN_C_BEGIN

// Counts one start-up; versions 1.0, 1.1, 2.0, 2.1 and 2.2 are negotiated, what is above gets 2.2. Answers
// the code itself: WSAEFAULT, WSAVERNOTSUPPORTED (0.x), WSASYSNOTREADY (a release or rules from outside
// that are unknown; wsalive_startup_problem() names them). Reads environment and registry when
// the count leaves 0. Any thread. K-87, K-100, K-121, K-122.
WSALIVE_API int WSAAPI WSAStartup(WORD wVersionRequested, LPWSADATA lpWSAData);

// Takes one start-up back; the last closes all sockets. WSANOTINITIALISED if there is none, WSAEINPROGRESS
// from a blocking hook or a condition function. K-100.
WSALIVE_API int WSAAPI WSACleanup(void);

// The calling thread's code, which a success leaves alone (K-14 has the exceptions). Need no start-up.
WSALIVE_API int WSAAPI WSAGetLastError(void);
WSALIVE_API void WSAAPI WSASetLastError(int iError);

WSALIVE_EXTERN_C_END

#endif

// Prototypes of Winsock 1.1's blocking hooks: WSASetBlockingHook, WSAUnhookBlockingHook, WSAIsBlocking,
// WSACancelBlockingCall. Part of winsock2.h.
#ifndef WSALIVE_HOOKS_H
#define WSALIVE_HOOKS_H

WSALIVE_EXTERN_C_BEGIN

// A thread's function that is called again and again while a blocking call of the thread waits; inside it
// every other call is WSAEINPROGRESS. Only where WSAStartup negotiated 1.x, else WSAEOPNOTSUPP. K-22.
// Answers the hook before it, never NULL but on failure.
WSALIVE_API FARPROC WSAAPI WSASetBlockingHook(FARPROC lpBlockFunc);
WSALIVE_API int WSAAPI WSAUnhookBlockingHook(void);

// TRUE inside a hook; FALSE with 2.x.
WSALIVE_API BOOL WSAAPI WSAIsBlocking(void);

// From inside a hook: the blocking call ends with WSAEINTR. WSAEINVAL elsewhere.
WSALIVE_API int WSAAPI WSACancelBlockingCall(void);

WSALIVE_EXTERN_C_END

#endif

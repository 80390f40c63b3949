// Prototypes of Winsock 1.1's blocking hooks: WSASetBlockingHook, WSAUnhookBlockingHook, WSAIsBlocking,
// WSACancelBlockingCall. Part of winsock2.h.
#ifndef WSALIVE_HOOKS_H
#define WSALIVE_HOOKS_H

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

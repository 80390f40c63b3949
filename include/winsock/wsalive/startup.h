// Prototypes: WSAStartup, WSACleanup, WSAGetLastError, WSASetLastError. Part of winsock2.h.
#ifndef WSALIVE_STARTUP_H
#define WSALIVE_STARTUP_H

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

// Prototypes of options and commands: getsockopt, setsockopt, ioctlsocket, WSAIoctl. Part of winsock2.h.
#ifndef WSALIVE_OPTIONS_H
#define WSALIVE_OPTIONS_H

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

// Prototypes that make, name and end sockets: socket, WSASocketA/W, closesocket, bind, listen, accept,
// WSAAccept, connect, WSAConnect, shutdown, getsockname, getpeername. Part of winsock2.h.
#ifndef WSALIVE_SOCKET_H
#define WSALIVE_SOCKET_H

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

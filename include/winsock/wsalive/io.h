// Prototypes that move data: send, recv, sendto, recvfrom, WSASend, WSARecv, WSASendTo, WSARecvFrom.
// Part of winsock2.h.
#ifndef WSALIVE_IO_H
#define WSALIVE_IO_H

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

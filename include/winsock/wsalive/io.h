// Prototypes that move data: send, recv, sendto, recvfrom, WSASend, WSARecv, WSASendTo, WSARecvFrom.
// Part of winsock2.h.
#ifndef WSALIVE_IO_H
#define WSALIVE_IO_H

WSALIVE_EXTERN_C_BEGIN

// Errors in order: WSANOTINITIALISED (K-20), WSAEINPROGRESS (K-22), WSAENOTSOCK (K-23), WSAEOPNOTSUPP (flags),
// WSAEFAULT (K-26), WSAENOTCONN (K-102), WSAESHUTDOWN; then what becomes of the connection:
// WSAENETRESET, WSAECONNRESET, WSAETIMEDOUT (K-90 to K-92). WSAEINTR only for a close (K-109). No
// signal ends a call and none is raised (K-110). Any thread, several at once.

// A blocking send completes whole; a non-blocking one may be short. Flags: MSG_OOB, MSG_DONTROUTE.
WSALIVE_API int WSAAPI send(SOCKET s, const char* buf, int len, int flags) WSALIVE_LABEL(send);

// 0: the peer has ended its sending. A message longer than the buffer fills it and is WSAEMSGSIZE. Flags:
// MSG_PEEK, MSG_OOB, MSG_WAITALL.
WSALIVE_API int WSAAPI recv(SOCKET s, char* buf, int len, int flags) WSALIVE_LABEL(recv);

WSALIVE_EXTERN_C_END

#endif

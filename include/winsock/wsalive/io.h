// Prototypes that move data: send, recv, sendto, recvfrom, WSASend, WSARecv, WSASendTo, WSARecvFrom, WSASendMsg.
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

// To and from an address: on datagram and raw sockets; on a stream the address does not count. Also
// WSAEDESTADDRREQ, WSAEADDRNOTAVAIL (port 0), WSAEAFNOSUPPORT; WSAEINVAL where nothing was bound or sent
// before a receive; WSAECONNRESET where an earlier message met a closed port. A bad address pointer loses no
// message.
WSALIVE_API int WSAAPI sendto(SOCKET s, const char* buf, int len, int flags,
                              const struct sockaddr* to, int tolen) WSALIVE_LABEL(sendto);
WSALIVE_API int WSAAPI recvfrom(SOCKET s, char* buf, int len, int flags, struct sockaddr* from,
                                int* fromlen) WSALIVE_LABEL(recvfrom);

// The same from and into several buffers; 0 buffers are WSAEINVAL. The counts, and lpFlags of the receives,
// are needed (WSAEFAULT); lpFlags becomes MSG_PARTIAL beside WSAEMSGSIZE.
//
// With lpOverlapped, on a socket made with WSA_FLAG_OVERLAPPED: tried at once, and what must wait is
// WSA_IO_PENDING and ends later, in the order of the calls, sends and receives apart. 0 means that it has
// ended; a completion packet, event or routine follows all the same. Any other code: nothing follows. The
// count may be NULL. A send ends when all of it is on its way. The event is reset at the start. The routine runs
// in an alertable wait of this thread; a port and a routine exclude each other (WSAEINVAL). Operations
// without a port end, with WSA_OPERATION_ABORTED, with the thread that started them. A stream's receive
// into 0 bytes ends when something has come. WSA_INVALID_HANDLE: hEvent is no event.
WSALIVE_API int WSAAPI WSASend(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                               LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
                               LPWSAOVERLAPPED lpOverlapped,
                               LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
WSALIVE_API int WSAAPI WSASendTo(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                                 LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
                                 const struct sockaddr* lpTo, int iTolen,
                                 LPWSAOVERLAPPED lpOverlapped,
                                 LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
WSALIVE_API int WSAAPI WSARecv(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                               LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags,
                               LPWSAOVERLAPPED lpOverlapped,
                               LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
WSALIVE_API int WSAAPI WSARecvFrom(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                                   LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags,
                                   struct sockaddr* lpFrom, LPINT lpFromlen,
                                   LPWSAOVERLAPPED lpOverlapped,
                                   LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

// A message with control data, on datagram and raw sockets (others WSAEINVAL): IP_PKTINFO and IPV6_PKTINFO say from
// which address and interface it leaves, IP_TTL, IPV6_HOPLIMIT, IP_TOS, IPV6_TCLASS, IP_ECN and IPV6_ECN (Windows 11)
// what stands in its header. WSAEFAULT (lpMsg, then Control), WSAEINVAL (control data that is malformed or of
// another kind), then as WSASendTo; without a name as WSASend. lpMsg->dwFlags does not count.
WSALIVE_API INT WSAAPI WSASendMsg(SOCKET Handle, LPWSAMSG lpMsg, DWORD dwFlags,
                                  LPDWORD lpNumberOfBytesSent, LPWSAOVERLAPPED lpOverlapped,
                                  LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

// How an operation ended: FALSE with its code, or with WSA_IO_INCOMPLETE while it is pending and fWait is FALSE.
// With fWait the call waits, for hEvent if there is one. WSAENOTSOCK, WSAEFAULT. K-90 to K-92.
WSALIVE_API BOOL WSAAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED lpOverlapped,
                                               LPDWORD lpcbTransfer, BOOL fWait, LPDWORD lpdwFlags);

WSALIVE_EXTERN_C_END

#endif

// Prototypes of options and commands: getsockopt, setsockopt, ioctlsocket, WSAIoctl. Part of winsock2.h.
#ifndef WSALIVE_OPTIONS_H
#define WSALIVE_OPTIONS_H

WSALIVE_EXTERN_C_BEGIN

// Errors in the order in which they are checked: WSANOTINITIALISED, WSAEINPROGRESS, WSAENOTSOCK, WSAEINVAL
// (level), WSAENOPROTOOPT, WSAEFAULT, WSAEINVAL (SO_KEEPALIVE while connecting), WSAENETRESET and
// WSAENOTCONN (SO_KEEPALIVE on a dead connection), WSAENETDOWN. Any thread. K-10 to K-33, K-70 to K-76.
WSALIVE_API int WSAAPI setsockopt(SOCKET s, int level, int optname, const char* optval, int optlen)
    WSALIVE_LABEL(setsockopt);
WSALIVE_API int WSAAPI getsockopt(SOCKET s, int level, int optname, char* optval, int* optlen)
    WSALIVE_LABEL(getsockopt);

// SIO_KEEPALIVE_VALS. Errors in order: WSANOTINITIALISED, WSAEINPROGRESS, WSAENOTSOCK, WSAEFAULT (pointers),
// WSAEOPNOTSUPP (code), WSAENOPROTOOPT (kind of socket), WSAEFAULT (input). K-60 to K-69.
WSALIVE_API int WSAAPI WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer,
                                DWORD cbInBuffer, LPVOID lpvOutBuffer, DWORD cbOutBuffer,
                                LPDWORD lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped,
                                LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

// FIONBIO, FIONREAD, SIOCATMARK. WSAENOTSOCK, WSAEOPNOTSUPP (command), WSAEFAULT.
WSALIVE_API int WSAAPI ioctlsocket(SOCKET s, long cmd, u_long* argp);

WSALIVE_EXTERN_C_END

#endif

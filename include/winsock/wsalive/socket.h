// Prototypes that make, name and end sockets: socket, WSASocketA/W, WSADuplicateSocketA/W, closesocket, bind, listen, accept,
// WSAAccept, connect, WSAConnect, shutdown, getsockname, getpeername. Part of winsock2.h.
#ifndef WSALIVE_SOCKET_H
#define WSALIVE_SOCKET_H

WSALIVE_EXTERN_C_BEGIN

// Every call here fails first with WSANOTINITIALISED (K-20), then WSAEINPROGRESS (K-22), then WSAENOTSOCK
// (K-23); bad addresses are WSAEFAULT (K-26). Any thread. Every socket is closed in an exec'ed program.

// TCP and UDP over IPv4 and IPv6, raw sockets, AF_UNIX streams. Errors: WSAEAFNOSUPPORT,
// WSAESOCKTNOSUPPORT, WSAEPROTONOSUPPORT, WSAEINVAL (all three 0), WSAEACCES (raw without the right),
// WSAEMFILE, WSAENETDOWN (K-21). An IPv6 socket is for IPv6 alone (K-113).
WSALIVE_API SOCKET WSAAPI socket(int af, int type, int protocol) WSALIVE_LABEL(socket);

// The same; FROM_PROTOCOL_INFO takes a value from the structure. dwFlags: WSA_FLAG_OVERLAPPED and
// WSA_FLAG_NO_HANDLE_INHERIT, else WSAEINVAL.
WSALIVE_API SOCKET WSAAPI WSASocketA(int af, int type, int protocol,
                                     LPWSAPROTOCOL_INFOA lpProtocolInfo, GROUP g, DWORD dwFlags);
WSALIVE_API SOCKET WSAAPI WSASocketW(int af, int type, int protocol,
                                     LPWSAPROTOCOL_INFOW lpProtocolInfo, GROUP g, DWORD dwFlags);
#ifdef UNICODE
#define WSASocket WSASocketW
#else
#define WSASocket WSASocketA
#endif

// Makes a WSAPROTOCOL_INFO with which the process dwProcessId, and no other, opens a socket of its own for the same
// connection, once: WSASocket(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, ...), where a second
// try, a try of another process, and one after this process has ended are WSAEINVAL. What the kernel keeps is shared
// (data, mode, options); the source may be closed before, and the connection ends with the last of them (K-109). Keep-alive
// goes on in one process at a time. WSAEFAULT (lpProtocolInfo), WSAEINVAL (no such process), WSAEMFILE, WSAENOBUFS.
WSALIVE_API int WSAAPI WSADuplicateSocketA(SOCKET s, DWORD dwProcessId,
                                           LPWSAPROTOCOL_INFOA lpProtocolInfo);
WSALIVE_API int WSAAPI WSADuplicateSocketW(SOCKET s, DWORD dwProcessId,
                                           LPWSAPROTOCOL_INFOW lpProtocolInfo);
#ifdef UNICODE
#define WSADuplicateSocket WSADuplicateSocketW
#else
#define WSADuplicateSocket WSADuplicateSocketA
#endif

// Blocking calls of other threads on the socket end with WSAEINTR; other owners of the connection keep
// it. K-109.
WSALIVE_API int WSAAPI closesocket(SOCKET s);

// Sharing of ports is Windows', not Linux's: see K-114. WSAEACCES, WSAEADDRINUSE, WSAEADDRNOTAVAIL,
// WSAEAFNOSUPPORT, WSAEINVAL (bound already).
WSALIVE_API int WSAAPI bind(SOCKET s, const struct sockaddr* name, int namelen) WSALIVE_LABEL(bind);

// WSAEINVAL (not bound), WSAEISCONN, WSAEOPNOTSUPP, WSAEADDRINUSE.
WSALIVE_API int WSAAPI listen(SOCKET s, int backlog) WSALIVE_LABEL(listen);

// The new socket inherits mode and options (K-41, K-112). WSAEINVAL (not listening), WSAEWOULDBLOCK,
// WSAEOPNOTSUPP, WSAEMFILE, WSAEINTR (K-109). A bad address pointer loses no connection.
WSALIVE_API SOCKET WSAAPI accept(SOCKET s, struct sockaddr* addr, int* addrlen)
    WSALIVE_LABEL(accept);

// The condition function is asked about the connection: CF_REJECT resets it (WSAECONNREFUSED), CF_DEFER
// leaves it for the listener's next accept (WSATRY_AGAIN). The peer's connect has succeeded already. The
// caller's and callee's addresses are good while the function runs; no call but the last error's may be
// made in it (WSAEINPROGRESS). K-22.
WSALIVE_API SOCKET WSAAPI WSAAccept(SOCKET s, struct sockaddr* addr, LPINT addrlen,
                                    LPCONDITIONPROC lpfnCondition, DWORD_PTR dwCallbackData);

// Blocks for 21 s at most (K-116), or answers WSAEWOULDBLOCK; then WSAEALREADY, WSAEISCONN (K-101).
// WSAECONNREFUSED, WSAETIMEDOUT, WSAENETUNREACH, WSAEHOSTUNREACH, WSAEADDRINUSE: the socket may try again.
WSALIVE_API int WSAAPI connect(SOCKET s, const struct sockaddr* name, int namelen)
    WSALIVE_LABEL(connect);
// The same; connect data and quality of service do not exist here and are passed over.
WSALIVE_API int WSAAPI WSAConnect(SOCKET s, const struct sockaddr* name, int namelen,
                                  LPWSABUF lpCallerData, LPWSABUF lpCalleeData, LPQOS lpSQOS,
                                  LPQOS lpGQOS);

// Connect to the first of the addresses, or of a host's and service's addresses, that answers, and wait for it
// whatever the socket's mode is; the socket is unbound. FALSE with the last address's code; WSAETIMEDOUT at the
// time-out, which is the whole call's (NULL: none but each request's 21 s, K-116). Each end's address goes to its
// place, if one is given; a short one is WSAEFAULT. WSAEINVAL: Reserved not NULL, bound, pending or listening
// socket, empty list, node or service NULL; WSAEISCONN; WSATYPE_NOT_FOUND (service), WSAHOST_NOT_FOUND. Options
// set before hold at once; getpeername and shutdown need SO_UPDATE_CONNECT_CONTEXT. K-30 to K-34, K-104, K-105.
WSALIVE_API BOOL WSAAPI WSAConnectByList(SOCKET s, PSOCKET_ADDRESS_LIST SocketAddress,
                                         LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                                         LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress,
                                         const struct timeval* timeout, LPWSAOVERLAPPED Reserved);
WSALIVE_API BOOL WSAAPI WSAConnectByNameA(SOCKET s, LPCSTR nodename, LPCSTR servicename,
                                          LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                                          LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress,
                                          const struct timeval* timeout, LPWSAOVERLAPPED Reserved);
WSALIVE_API BOOL WSAAPI WSAConnectByNameW(SOCKET s, LPWSTR nodename, LPWSTR servicename,
                                          LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                                          LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress,
                                          const struct timeval* timeout, LPWSAOVERLAPPED Reserved);
#ifdef UNICODE
#define WSAConnectByName WSAConnectByNameW
#else
#define WSAConnectByName WSAConnectByNameA
#endif

// SD_RECEIVE, SD_SEND or SD_BOTH, else WSAEINVAL; WSAENOTCONN.
WSALIVE_API int WSAAPI shutdown(SOCKET s, int how) WSALIVE_LABEL(shutdown);

// WSAEINVAL on a socket that has no name yet; WSAENOTCONN. While a connect is pending both ends have
// names (K-115).
WSALIVE_API int WSAAPI getsockname(SOCKET s, struct sockaddr* name, int* namelen)
    WSALIVE_LABEL(getsockname);
WSALIVE_API int WSAAPI getpeername(SOCKET s, struct sockaddr* name, int* namelen)
    WSALIVE_LABEL(getpeername);

WSALIVE_EXTERN_C_END

#endif

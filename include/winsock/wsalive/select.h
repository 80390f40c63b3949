// Prototypes that wait for sockets: select, __WSAFDIsSet (which FD_ISSET calls), WSAPoll. Part of
// winsock2.h; select is a macro for wsalive_select and takes no label.
#ifndef WSALIVE_SELECT_H
#define WSALIVE_SELECT_H

WSALIVE_EXTERN_C_BEGIN

// Waits until a socket of the sets is ready; the first argument does not count. The sets become the ready
// ones; the answer is how many, 0 at the time-out, and a failure leaves the sets as they were. Errors:
// WSANOTINITIALISED, WSAEINPROGRESS, WSAEFAULT, WSAEINVAL (no socket at all, a negative time),
// WSAENOTSOCK, WSAEINTR (K-109). Any thread. K-93, K-108.
WSALIVE_API int WSAAPI select(int nfds, fd_set* readfds, fd_set* writefds, fd_set* exceptfds,
                              const struct timeval* timeout);
WSALIVE_API int WSAAPI __WSAFDIsSet(SOCKET s, fd_set* set);

// Waits until a socket of the array is ready, for `timeout` milliseconds; negative: for ever. POLLRDNORM,
// POLLRDBAND and POLLWRNORM may be asked for (others: WSAEINVAL); POLLERR, POLLHUP and, where `fd` is no
// socket, POLLNVAL come unasked. No entries: WSAEINVAL. Else as select. K-93.
WSALIVE_API int WSAAPI WSAPoll(LPWSAPOLLFD fdArray, ULONG fds, INT timeout);

WSALIVE_EXTERN_C_END

#endif

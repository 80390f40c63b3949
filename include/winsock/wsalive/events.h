// Prototypes of event objects and of network events: the WSACreateEvent family, WSAEventSelect,
// WSAEnumNetworkEvents. Part of winsock2.h.
#ifndef WSALIVE_EVENTS_H
#define WSALIVE_EVENTS_H

WSALIVE_EXTERN_C_BEGIN

// Event objects are those of CreateEvent: either family's functions take either's handles. Errors of all:
// WSANOTINITIALISED (K-20), WSAEINPROGRESS (K-22), then WSA_INVALID_HANDLE for what is no event. Any thread.

// A manual-reset event, not signaled, without a name. WSA_INVALID_EVENT with WSA_NOT_ENOUGH_MEMORY.
WSALIVE_API WSAEVENT WSAAPI WSACreateEvent(void);

// Closes the handle; a wait or a selection that uses the event goes on.
WSALIVE_API BOOL WSAAPI WSACloseEvent(WSAEVENT hEvent);
WSALIVE_API BOOL WSAAPI WSASetEvent(WSAEVENT hEvent);
WSALIVE_API BOOL WSAAPI WSAResetEvent(WSAEVENT hEvent);

// Waits for one of the objects or for all, at most dwTimeout milliseconds (WSA_INFINITE: for ever, 0: looks). Any
// object that can be waited for will do. WSA_WAIT_EVENT_0 and the lowest index (0 for all), WSA_WAIT_TIMEOUT,
// WSA_WAIT_IO_COMPLETION after routines of this thread have run (fAlertable); WSA_WAIT_FAILED: none, more than
// WSA_MAXIMUM_WAIT_EVENTS or for all one twice WSA_INVALID_PARAMETER, the array not in memory WSAEFAULT,
// WSA_INVALID_HANDLE, WSA_NOT_ENOUGH_MEMORY.
WSALIVE_API DWORD WSAAPI WSAWaitForMultipleEvents(DWORD cEvents, const WSAEVENT* lphEvents,
                                                  BOOL fWaitAll, DWORD dwTimeout, BOOL fAlertable);

// Selects the network events (FD_READ and the others) that are to be recorded for the socket, each setting the
// event object. It takes the place of an earlier selection and its record; no events: nothing is selected, and
// hEventObject does not count.
//
// Effect  The socket becomes non-blocking in any case, and stays so while a selection is there (FIONBIO 0:
//         WSAEINVAL). What has happened already is recorded at once. An event that was recorded is not again
//         before a call re-enables it, and then at once if its condition holds: FD_READ and FD_OOB any receive
//         call, FD_ACCEPT any accept call (but for CF_DEFER). FD_WRITE comes with the connection and after a
//         send that found too little room. FD_CONNECT comes once for each request, FD_CLOSE once: with 0 when
//         all that the peer has sent is read, else at once with the code of K-90 to K-92 (K-93). Accepted
//         sockets inherit the selection (K-112). A socket's close ends it.
// Errors  WSANOTINITIALISED, WSAEINPROGRESS, WSAENOTSOCK, WSAEINVAL (other bits than FD_ALL_EVENTS, no event),
//         WSAENOBUFS. FD_QOS, FD_GROUP_QOS and the two changes are accepted and never recorded.
WSALIVE_API int WSAAPI WSAEventSelect(SOCKET s, WSAEVENT hEventObject, long lNetworkEvents);

// What has been recorded since the last time, with a code for each event (0 or why it failed); the record
// is empty again, and the event object, where one is given, reset, in one step. A failure changes nothing:
// WSANOTINITIALISED, WSAEINPROGRESS, WSAENOTSOCK, WSAEFAULT, WSAEINVAL (no event).
WSALIVE_API int WSAAPI WSAEnumNetworkEvents(SOCKET s, WSAEVENT hEventObject,
                                            LPWSANETWORKEVENTS lpNetworkEvents);

WSALIVE_EXTERN_C_END

#endif

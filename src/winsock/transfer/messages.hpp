// WSARecvMsg, which Windows' library does not export: SIO_GET_EXTENSION_FUNCTION_POINTER gives it.
#pragma once

#include "winsock2.h"

namespace wsalive::winsock {

/// LPFN_WSARECVMSG; mswsock.h has its contract.
INT receive_msg(SOCKET s, LPWSAMSG lpMsg, LPDWORD lpdwNumberOfBytesRecvd,
                LPWSAOVERLAPPED lpOverlapped,
                LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

}  // namespace wsalive::winsock

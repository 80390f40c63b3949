// Prototypes of WSAEnumProtocolsA/W. Part of winsock2.h.
#ifndef WSALIVE_PROTOCOLS_H
#define WSALIVE_PROTOCOLS_H

WSALIVE_EXTERN_C_BEGIN

// The number of protocols written, or SOCKET_ERROR: WSAENOBUFS if the buffer, whose length in bytes is in
// and out, holds less than all; then nothing is written but the length that is needed. `lpiProtocols`
// ends with 0; NULL means all.
WSALIVE_API int WSAAPI WSAEnumProtocolsA(LPINT lpiProtocols, LPWSAPROTOCOL_INFOA lpProtocolBuffer,
                                         LPDWORD lpdwBufferLength);
WSALIVE_API int WSAAPI WSAEnumProtocolsW(LPINT lpiProtocols, LPWSAPROTOCOL_INFOW lpProtocolBuffer,
                                         LPDWORD lpdwBufferLength);

#ifdef UNICODE
#define WSAEnumProtocols WSAEnumProtocolsW
#else
#define WSAEnumProtocols WSAEnumProtocolsA
#endif

WSALIVE_EXTERN_C_END

#endif

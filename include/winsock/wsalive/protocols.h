// Prototypes of WSAEnumProtocolsA/W. Part of winsock2.h.
#ifndef WSALIVE_PROTOCOLS_H
#define WSALIVE_PROTOCOLS_H

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

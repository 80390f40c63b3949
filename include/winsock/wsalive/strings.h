// Prototypes between addresses and text that winsock2.h has: inet_addr, inet_ntoa, WSAStringToAddressA/W,
// WSAAddressToStringA/W.
#ifndef WSALIVE_STRINGS_H
#define WSALIVE_STRINGS_H

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

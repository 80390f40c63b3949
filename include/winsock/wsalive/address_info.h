// Prototypes of name look-ups that ws2tcpip.h has: getaddrinfo, GetAddrInfoW, freeaddrinfo, FreeAddrInfoW,
// getnameinfo, GetNameInfoW, gai_strerrorA/W.
#ifndef WSALIVE_ADDRESS_INFO_H
#define WSALIVE_ADDRESS_INFO_H

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

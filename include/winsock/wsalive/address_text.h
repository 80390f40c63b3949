// Prototypes between addresses and text that ws2tcpip.h has: inet_pton, inet_ntop, InetPtonW, InetNtopW.
#ifndef WSALIVE_ADDRESS_TEXT_H
#define WSALIVE_ADDRESS_TEXT_H

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

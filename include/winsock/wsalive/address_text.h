// Prototypes between addresses and text that ws2tcpip.h has: inet_pton, inet_ntop, InetPtonW, InetNtopW.
#ifndef WSALIVE_ADDRESS_TEXT_H
#define WSALIVE_ADDRESS_TEXT_H

WSALIVE_EXTERN_C_BEGIN

// Need no start-up. inet_pton: 1, 0 for a text that is no address (IPv4: four decimal parts), -1 with
// WSAEAFNOSUPPORT or WSAEFAULT. inet_ntop: NULL with WSAEAFNOSUPPORT, WSAEFAULT, or
// ERROR_INVALID_PARAMETER for no buffer or one that is too small.
WSALIVE_API INT WSAAPI inet_pton(INT Family, PCSTR pszAddrString, PVOID pAddrBuf)
    WSALIVE_LABEL(inet_pton);
WSALIVE_API INT WSAAPI InetPtonW(INT Family, PCWSTR pszAddrString, PVOID pAddrBuf);
WSALIVE_API PCSTR WSAAPI inet_ntop(INT Family, const VOID* pAddr, PSTR pStringBuf,
                                   size_t StringBufSize) WSALIVE_LABEL(inet_ntop);
WSALIVE_API PCWSTR WSAAPI InetNtopW(INT Family, const VOID* pAddr, PWSTR pStringBuf,
                                    size_t StringBufSize);

#define InetPtonA inet_pton
#define InetNtopA inet_ntop
#ifdef UNICODE
#define InetPton InetPtonW
#define InetNtop InetNtopW
#else
#define InetPton InetPtonA
#define InetNtop InetNtopA
#endif

WSALIVE_EXTERN_C_END

#endif

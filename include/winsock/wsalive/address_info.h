// Prototypes of name look-ups that ws2tcpip.h has: getaddrinfo, GetAddrInfoW, freeaddrinfo, FreeAddrInfoW,
// getnameinfo, GetNameInfoW, gai_strerrorA/W.
#ifndef WSALIVE_ADDRESS_INFO_H
#define WSALIVE_ADDRESS_INFO_H

WSALIVE_EXTERN_C_BEGIN

// A failure is a code (EAI_*), which WSAGetLastError gives, too; the result is then left alone. The
// empty node name is this machine. As on Windows, ai_socktype and ai_protocol are those of the hints;
// a service by name without a type gives one answer for each type that it has.
WSALIVE_API INT WSAAPI getaddrinfo(PCSTR pNodeName, PCSTR pServiceName, const ADDRINFOA* pHints,
                                   PADDRINFOA* ppResult) WSALIVE_LABEL(getaddrinfo);
WSALIVE_API INT WSAAPI GetAddrInfoW(PCWSTR pNodeName, PCWSTR pServiceName, const ADDRINFOW* pHints,
                                    PADDRINFOW* ppResult);
WSALIVE_API VOID WSAAPI freeaddrinfo(PADDRINFOA pAddrInfo) WSALIVE_LABEL(freeaddrinfo);
WSALIVE_API VOID WSAAPI FreeAddrInfoW(PADDRINFOW pAddrInfo);

// Sizes in characters; a buffer that is too small is ERROR_INSUFFICIENT_BUFFER, and nothing is written.
WSALIVE_API INT WSAAPI getnameinfo(const SOCKADDR* pSockaddr, socklen_t SockaddrLength,
                                   PCHAR pNodeBuffer, DWORD NodeBufferSize, PCHAR pServiceBuffer,
                                   DWORD ServiceBufferSize, INT Flags) WSALIVE_LABEL(getnameinfo);
WSALIVE_API INT WSAAPI GetNameInfoW(const SOCKADDR* pSockaddr, socklen_t SockaddrLength,
                                    PWCHAR pNodeBuffer, DWORD NodeBufferSize, PWCHAR pServiceBuffer,
                                    DWORD ServiceBufferSize, INT Flags);

// A sentence for an EAI_* code. The text is constant: it may be read at any time by any thread.
WSALIVE_API char* WSAAPI gai_strerrorA(int ecode);
WSALIVE_API WCHAR* WSAAPI gai_strerrorW(int ecode);

#define GetAddrInfoA getaddrinfo
#define FreeAddrInfoA freeaddrinfo
#define GetNameInfoA getnameinfo
#ifdef UNICODE
#define GetAddrInfo GetAddrInfoW
#define FreeAddrInfo FreeAddrInfoW
#define GetNameInfo GetNameInfoW
#define gai_strerror gai_strerrorW
#else
#define GetAddrInfo GetAddrInfoA
#define FreeAddrInfo FreeAddrInfoA
#define GetNameInfo GetNameInfoA
#define gai_strerror gai_strerrorA
#endif

WSALIVE_EXTERN_C_END

#endif

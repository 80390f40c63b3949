// Prototypes of name look-ups that ws2tcpip.h has: getaddrinfo, GetAddrInfoW, GetAddrInfoExA/W, freeaddrinfo,
// FreeAddrInfoW, FreeAddrInfoExA/W, GetAddrInfoExCancel, GetAddrInfoExOverlappedResult, getnameinfo, GetNameInfoW, gai_strerrorA/W.
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

// The same with more ways to wait. dwNameSpace is NS_ALL or NS_DNS and lpNspId NULL, else WSASERVICE_NOT_FOUND;
// `timeout` (NULL: the resolver's own) ends in WSAETIMEDOUT.
//
// With lpOverlapped: WSA_IO_PENDING, and the look-up goes on beside the program, which keeps lpOverlapped and
// ppResult. At the end ppResult is filled, lpOverlapped->Pointer is ppResult, and hEvent is set or the routine is
// called with the code, from a thread of the library's; an event and a routine exclude each other. The handle
// is for GetAddrInfoExCancel until then. WSAEINVAL: a routine or a handle without lpOverlapped; any of them or
// `timeout` with GetAddrInfoExA. WSA_INVALID_HANDLE: hEvent is no event. WSA_NOT_ENOUGH_MEMORY.
WSALIVE_API INT WSAAPI GetAddrInfoExA(PCSTR pName, PCSTR pServiceName, DWORD dwNameSpace,
                                      LPGUID lpNspId, const ADDRINFOEXA* hints,
                                      PADDRINFOEXA* ppResult, struct timeval* timeout,
                                      LPOVERLAPPED lpOverlapped,
                                      LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine,
                                      LPHANDLE lpNameHandle);
WSALIVE_API INT WSAAPI GetAddrInfoExW(PCWSTR pName, PCWSTR pServiceName, DWORD dwNameSpace,
                                      LPGUID lpNspId, const ADDRINFOEXW* hints,
                                      PADDRINFOEXW* ppResult, struct timeval* timeout,
                                      LPOVERLAPPED lpOverlapped,
                                      LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine,
                                      LPHANDLE lpHandle);
WSALIVE_API VOID WSAAPI FreeAddrInfoExA(PADDRINFOEXA pAddrInfoEx);
WSALIVE_API VOID WSAAPI FreeAddrInfoExW(PADDRINFOEXW pAddrInfoEx);

// Lets the look-up end with WSA_E_CANCELLED, at once, however long the resolver takes. WSA_INVALID_HANDLE: it has
// ended.
WSALIVE_API INT WSAAPI GetAddrInfoExCancel(LPHANDLE lpHandle);
// The look-up's code; WSAEINPROGRESS while it goes on, WSAEINVAL for NULL.
WSALIVE_API INT WSAAPI GetAddrInfoExOverlappedResult(LPOVERLAPPED lpOverlapped);

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
#define GetAddrInfoEx GetAddrInfoExW
#define FreeAddrInfoEx FreeAddrInfoExW
#define FreeAddrInfo FreeAddrInfoW
#define GetNameInfo GetNameInfoW
#define gai_strerror gai_strerrorW
#else
#define GetAddrInfo GetAddrInfoA
#define GetAddrInfoEx GetAddrInfoExA
#define FreeAddrInfoEx FreeAddrInfoExA
#define FreeAddrInfo FreeAddrInfoA
#define GetNameInfo GetNameInfoA
#define gai_strerror gai_strerrorA
#endif

WSALIVE_EXTERN_C_END

#endif

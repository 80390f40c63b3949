// Prototypes between addresses and text that winsock2.h has: inet_addr, inet_ntoa, WSAStringToAddressA/W,
// WSAAddressToStringA/W.
#ifndef WSALIVE_STRINGS_H
#define WSALIVE_STRINGS_H

WSALIVE_EXTERN_C_BEGIN

// Both need no start-up (K-100). inet_addr: INADDR_NONE for what is no address; inet_ntoa: a text that
// belongs to the calling thread.
WSALIVE_API u_long WSAAPI inet_addr(const char* cp) WSALIVE_LABEL(inet_addr);
WSALIVE_API char* WSAAPI inet_ntoa(struct in_addr in) WSALIVE_LABEL(inet_ntoa);

// "1.2.3.4:80", "[fe80::1%5]:80"; port and zone may be left out. Lengths are in and out; one that is
// too short is WSAEFAULT and becomes the length that is needed, in characters with the NUL. The
// protocol description is not looked at.
WSALIVE_API INT WSAAPI WSAStringToAddressA(LPSTR AddressString, INT AddressFamily,
                                           LPWSAPROTOCOL_INFOA lpProtocolInfo, LPSOCKADDR lpAddress,
                                           LPINT lpAddressLength);
WSALIVE_API INT WSAAPI WSAStringToAddressW(LPWSTR AddressString, INT AddressFamily,
                                           LPWSAPROTOCOL_INFOW lpProtocolInfo, LPSOCKADDR lpAddress,
                                           LPINT lpAddressLength);
WSALIVE_API INT WSAAPI WSAAddressToStringA(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                                           LPWSAPROTOCOL_INFOA lpProtocolInfo,
                                           LPSTR lpszAddressString,
                                           LPDWORD lpdwAddressStringLength);
WSALIVE_API INT WSAAPI WSAAddressToStringW(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                                           LPWSAPROTOCOL_INFOW lpProtocolInfo,
                                           LPWSTR lpszAddressString,
                                           LPDWORD lpdwAddressStringLength);

#ifdef UNICODE
#define WSAStringToAddress WSAStringToAddressW
#define WSAAddressToString WSAAddressToStringW
#else
#define WSAStringToAddress WSAStringToAddressA
#define WSAAddressToString WSAAddressToStringA
#endif

WSALIVE_EXTERN_C_END

#endif

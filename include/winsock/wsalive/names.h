// Prototypes of name look-ups that winsock2.h has: gethostbyname, gethostbyaddr, gethostname (a macro, no
// label), getservbyname, getservbyport, getprotobyname, getprotobynumber.
#ifndef WSALIVE_NAMES_H
#define WSALIVE_NAMES_H

WSALIVE_EXTERN_C_BEGIN

// The structures belong to the calling thread and are overwritten by its next call of the same kind.
// Failures: NULL; the codes are those of Microsoft's pages, WSANO_DATA for an unknown service or
// protocol. gethostbyname with "" or NULL is this machine (K-107).
WSALIVE_API struct hostent* WSAAPI gethostbyname(const char* name) WSALIVE_LABEL(gethostbyname);
WSALIVE_API struct hostent* WSAAPI gethostbyaddr(const char* addr, int len, int type)
    WSALIVE_LABEL(gethostbyaddr);
WSALIVE_API struct servent* WSAAPI getservbyname(const char* name, const char* proto)
    WSALIVE_LABEL(getservbyname);
WSALIVE_API struct servent* WSAAPI getservbyport(int port, const char* proto)
    WSALIVE_LABEL(getservbyport);
WSALIVE_API struct protoent* WSAAPI getprotobyname(const char* name) WSALIVE_LABEL(getprotobyname);
WSALIVE_API struct protoent* WSAAPI getprotobynumber(int number) WSALIVE_LABEL(getprotobynumber);

// A buffer that the name does not fit into with its NUL is WSAEFAULT and stays as it was.
WSALIVE_API int WSAAPI gethostname(char* name, int namelen);
WSALIVE_API int WSAAPI GetHostNameW(PWSTR name, int namelen);

WSALIVE_EXTERN_C_END

#endif

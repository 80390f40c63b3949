// Prototypes of name look-ups that winsock2.h has: gethostbyname, gethostbyaddr, gethostname (a macro, no
// label), getservbyname, getservbyport, getprotobyname, getprotobynumber.
#ifndef WSALIVE_NAMES_H
#define WSALIVE_NAMES_H

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

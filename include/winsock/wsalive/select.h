// Prototypes that wait for sockets: select, __WSAFDIsSet (which FD_ISSET calls), WSAPoll. Part of
// winsock2.h; select is a macro for wsalive_select and takes no label.
#ifndef WSALIVE_SELECT_H
#define WSALIVE_SELECT_H

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

// Windows Sockets 2: the one header a Winsock program needs.
//
// Windows' names, numbers and structures (LLP64: DWORD, LONG and u_long are 32 bits wide, K-05); plain C
// and C++; any order with windows.h and with the C and C++ libraries' headers, except Linux's own socket
// headers, which no file may include beside this one. A function is declared only when it does its
// work, so that what is missing is a compile error and not a silent success.
//
// Types and numbers come first; the prototypes stand by topic in the wsalive folder.
#ifndef _WINSOCK2API_
#define _WINSOCK2API_
#ifndef _WINSOCKAPI_
#define _WINSOCKAPI_
#endif

// clang-format off
#include "windows.h"
#include "qos.h"
#include "ws2def.h"
#include "wsalive/socket_types.h"
#include "wsalive/ioctl_codes.h"
#include "wsalive/select_types.h"
#include "wsalive/event_types.h"
#include "wsalive/name_types.h"
#include "wsalive/protocol_types.h"

#define WSAAPI
#define WINSOCK_API_LINKAGE

#include "wsalive/startup.h"
#include "wsalive/socket.h"
#include "wsalive/io.h"
#include "wsalive/select.h"
#include "wsalive/events.h"
#include "wsalive/options.h"
#include "wsalive/names.h"
#include "wsalive/strings.h"
#include "wsalive/protocols.h"
#include "wsalive/hooks.h"
#include "wsalive/byte_order.h"
// clang-format on

#endif

// For programs that include it behind ws2tcpip.h to run on old Windows: getaddrinfo is there anyway.
#ifndef _WSPIAPI_H_
#define _WSPIAPI_H_

#include "ws2tcpip.h"

#endif

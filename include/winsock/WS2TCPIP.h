// ws2tcpip.h, as some sources spell it.
#include "ws2tcpip.h"

// Windows Sockets 1.1: the same functions, so the same header. Option numbers are Winsock 2's.
#include "winsock2.h"

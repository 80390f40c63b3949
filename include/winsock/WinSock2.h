// winsock2.h, as some sources spell it.
#include "winsock2.h"

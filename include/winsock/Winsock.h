// winsock.h, as some sources spell it.
#include "winsock.h"

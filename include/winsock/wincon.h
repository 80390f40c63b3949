// Consoles, under the older name of their header.
#ifndef _WINCON_
#define _WINCON_

#include "consoleapi.h"

#endif

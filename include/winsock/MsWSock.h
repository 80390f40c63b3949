// mswsock.h, as some sources spell it.
#include "mswsock.h"

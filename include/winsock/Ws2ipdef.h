// ws2ipdef.h, as some sources spell it.
#include "ws2ipdef.h"

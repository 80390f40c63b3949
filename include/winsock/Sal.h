// sal.h, as some sources spell it.
#include "sal.h"

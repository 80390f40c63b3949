// guiddef.h, as some sources spell it.
#include "guiddef.h"

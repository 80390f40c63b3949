// winnt.h, as some sources spell it.
#include "winnt.h"

// minwindef.h, as some sources spell it.
#include "minwindef.h"

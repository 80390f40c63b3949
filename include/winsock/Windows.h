// windows.h, as some sources spell it.
#include "windows.h"

// minwinbase.h, as some sources spell it.
#include "minwinbase.h"

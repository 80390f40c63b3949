// basetsd.h, as some sources spell it.
#include "basetsd.h"

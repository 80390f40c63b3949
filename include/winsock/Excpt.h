// excpt.h, as some sources spell it.
#include "excpt.h"

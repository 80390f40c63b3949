// qos.h, as some sources spell it.
#include "qos.h"

// The base types under the older name of their header.
#ifndef _WINDEF_
#define _WINDEF_

#include "minwindef.h"
#include "winnt.h"

#endif

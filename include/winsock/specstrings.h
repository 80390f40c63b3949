// Older annotations, all of which sal.h has.
#ifndef SPECSTRINGS_H
#define SPECSTRINGS_H

#include "sal.h"

#endif

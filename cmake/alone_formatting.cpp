// The functions of the formatting library for the static command: its headers, compiled with all that they define.
#include <fmt/format.h>

// What wsalive offers beyond Windows: descriptors in and out, and the read-back of what keep-alive does.
// Plain C; a Windows program that uses it asks for __has_include(<wsalive_ext.h>).
#ifndef WSALIVE_EXT_H
#define WSALIVE_EXT_H

#include "winsock2.h"

WSALIVE_EXTERN_C_BEGIN

WSALIVE_EXTERN_C_END

#endif

// The Windows API as far as network programs use it: each header below is a slice of its own.
//
// It may come before or after winsock2.h, with WIN32_LEAN_AND_MEAN or without. Without, it brings
// Winsock along as on Windows, unless the program has set _WINSOCKAPI_ to say no.
#ifndef _WINDOWS_
#define _WINDOWS_

// clang-format off
#include "sal.h"
#include "windef.h"
#include "guiddef.h"
#include "minwinbase.h"
#include "winerror.h"
#include "winbase.h"
#include "wincon.h"
#include "winreg.h"
#include "excpt.h"
// clang-format on

#if !defined(WIN32_LEAN_AND_MEAN) && !defined(_WINSOCKAPI_)
#include "winsock.h"
#endif

#endif

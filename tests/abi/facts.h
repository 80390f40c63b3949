// The numbers and layouts of tests/abi/tables, held against the headers when this file is compiled:
// as C11, as C++20, and where mingw-w64 is installed against its headers, an independent witness.
#include <winsock2.h>
// After it: what stands on it.
#include <afunix.h>
#include <mstcpip.h>
#include <mswsock.h>
#include <process.h>
#include <stddef.h>
#include <string.h>
#include <tchar.h>
#include <ws2tcpip.h>
// After tchar.h, on Windows.
#include <strsafe.h>
#ifndef __MINGW32__
#include <wsalive/secure_crt.h>  // What wsalive-cc brings to <string.h>.
#endif

#ifdef __cplusplus
#define HOLDS static_assert
#define WIDE(value) static_cast<long long>(value)
#else
#define HOLDS _Static_assert
#define WIDE(value) ((long long)(value))
#endif

#define NUMBER(name, value) HOLDS(WIDE(name) == WIDE(value), #name);
#ifdef __MINGW32__
#define NEWER(name, value)
#else
#define NEWER NUMBER
#endif
#include "tables/numbers.inc"
#include "tables/win32_numbers.inc"
#ifdef __MINGW32__  // For our headers c_headers_test.c asks at its run: a pointer is no constant there.
#define POINTER NUMBER
#include "tables/pointers.inc"
#endif

#define SIZE(type, bytes) HOLDS(sizeof(type) == (bytes), "size of " #type);
#define OFFSET(type, member, bytes) \
  HOLDS(offsetof(type, member) == (bytes), "offset of " #type "::" #member);
#include "tables/layouts.inc"

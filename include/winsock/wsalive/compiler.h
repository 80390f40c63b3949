// What a Windows source takes from its compiler, in gcc's and clang's words; and how our own headers
// declare functions.
//
// A prototype stands in a topic header of this folder, beside nothing but its kind:
//
//   WSALIVE_API int WSAAPI WSACleanup(void);
//   WSALIVE_API int WSAAPI connect(SOCKET s, const struct sockaddr* name, int namelen)
//       WSALIVE_LABEL(connect);
//
// WSALIVE_API exports the function from a library that hides its names. WSALIVE_LABEL is for names
// that the C library has too: the program's `connect` is linked as `wsalive_connect`, nothing in the
// C library is replaced, and the file that defines the function needs nothing but the declaration.
// `select` and `gethostname` take no label: winsock2.h makes them macros, because <unistd.h> and
// <sys/select.h> declare them with other types.
#ifndef WSALIVE_COMPILER_H
#define WSALIVE_COMPILER_H

#if defined(_SYS_SOCKET_H) || defined(_NETINET_IN_H) || defined(_NETDB_H) || \
    defined(_ARPA_INET_H) || defined(_SYS_POLL_H) || defined(_NETINET_TCP_H) || defined(_NET_IF_H)
#error \
    "wsalive: this file already includes Linux's socket headers (<sys/socket.h>, <netinet/in.h>, \
<arpa/inet.h>, <netdb.h> or <poll.h>), whose names have other numbers than Winsock's. Give the Linux \
part a source file of its own (docs/limitations.md, Headers)."
#endif

#include "glibc_first.h"

#define WSALIVE_API __attribute__((visibility("default")))
#define WSALIVE_LABEL(name) __asm__("wsalive_" #name)

#ifdef __cplusplus
#define WSALIVE_EXTERN_C_BEGIN extern "C" {
#define WSALIVE_EXTERN_C_END }
#else
#define WSALIVE_EXTERN_C_BEGIN
#define WSALIVE_EXTERN_C_END
#endif

// Calling conventions: x86-64 and arm64 Linux have one.
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#ifndef __fastcall
#define __fastcall
#endif
#define WINAPI
#define WINAPIV
#define APIENTRY
#define CALLBACK
#define NTAPI
#define PASCAL
#define CDECL

// Sizes are Windows' (LLP64): `long` is not among them, see docs/limitations.md.
#ifndef _MSC_VER
#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long
#endif

#ifndef __forceinline
#define __forceinline __inline__
#endif
#define FORCEINLINE static __inline__

// __declspec(x), for those x that have a meaning here.
#ifndef __declspec
#define __declspec(x) WSALIVE_DECLSPEC_##x
#endif
#define WSALIVE_DECLSPEC_align(n) __attribute__((aligned(n)))
#define WSALIVE_DECLSPEC_deprecated __attribute__((deprecated))
#define WSALIVE_DECLSPEC_dllexport __attribute__((visibility("default")))
#define WSALIVE_DECLSPEC_dllimport
#define WSALIVE_DECLSPEC_noinline __attribute__((noinline))
#define WSALIVE_DECLSPEC_noreturn __attribute__((noreturn))
#define WSALIVE_DECLSPEC_nothrow
#define WSALIVE_DECLSPEC_selectany __attribute__((weak))
#define WSALIVE_DECLSPEC_thread __thread
#define DECLSPEC_ALIGN(n) __attribute__((aligned(n)))
#define DECLSPEC_NORETURN __attribute__((noreturn))
#define DECLSPEC_IMPORT

#endif

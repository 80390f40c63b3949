// The few headers of the C library that C++ headers include anyway, included before wsalive's.
//
// They declare four names that Windows has too: fd_set, select, gethostname, u_long. Taken first,
// their own guards keep them quiet for the rest of the file, and the names are free for macros.
// FD_SETSIZE is the program's: what it said before this file is kept, and what the C library says is
// taken away, so that later headers can tell "said nothing" (K-108). `wsalive-cc` includes this file
// ahead of every source, so that a program's FD_SETSIZE always counts, wherever <thread> comes.
#if !defined(WSALIVE_GLIBC_FIRST_H) && !defined(__ASSEMBLER__)
#define WSALIVE_GLIBC_FIRST_H

#if defined(_SYS_SELECT_H) && defined(FD_SETSIZE)
// <sys/select.h> came first. Is it still the C library's own text, or what the program said since?
#pragma push_macro("__FD_SETSIZE")
#undef __FD_SETSIZE
#define __FD_SETSIZE 0
#if FD_SETSIZE == 0
#undef FD_SETSIZE
#endif
#pragma pop_macro("__FD_SETSIZE")
#endif

#pragma push_macro("FD_SETSIZE")
#undef FD_SETSIZE
#include <stdlib.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>
#undef FD_SETSIZE
#pragma pop_macro("FD_SETSIZE")

#endif

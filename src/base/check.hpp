// Assertions about our own code: never about input from a program, the network, a file or the
// environment. WSALIVE_CHECK is always on, WSALIVE_DCHECK in debug builds.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace wsalive::detail {

[[noreturn]] inline void check_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "wsalive: internal error: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace wsalive::detail

#define WSALIVE_CHECK(condition)      \
  ((condition) ? static_cast<void>(0) \
               : ::wsalive::detail::check_failed(#condition, __FILE__, __LINE__))

#ifdef WSALIVE_DEBUG
#define WSALIVE_DCHECK(condition) WSALIVE_CHECK(condition)
#else
#define WSALIVE_DCHECK(condition) static_cast<void>(sizeof(condition))
#endif

// One integer socket option, read or written by the raw system call.
//
// Raw, because the preloaded library redirects libc's functions of these names and must not meet
// itself, and because a sanitizer's wrapper adds nothing here. errno is left as the call leaves it.
#pragma once

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/result.hpp"

namespace wsalive::os {

[[nodiscard]] inline Status set_int_option(int fd, int level, int name, int value,
                                           const char* attempt) noexcept {
  if (::syscall(SYS_setsockopt, fd, level, name, &value, sizeof value) == 0) return {};
  return failure(errno, attempt);
}

[[nodiscard]] inline Result<int> int_option(int fd, int level, int name,
                                            const char* attempt) noexcept {
  int value = 0;
  socklen_t size = sizeof value;
  if (::syscall(SYS_getsockopt, fd, level, name, &value, &size) == 0) return value;
  return failure(errno, attempt);
}

}  // namespace wsalive::os

// One name among those of a user: a folder with one file, and the lock that says that somebody holds it. For
// named_memory.cpp and named_leftovers.cpp alone.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdio>

#include "base/fd.hpp"

namespace wsalive::os {

inline constexpr const char* kEntry = "memory";  ///< The file.
inline constexpr const char* kBeingMade =
    ".new-";  ///< How a folder begins that has no name yet. In no name is a dot.
inline constexpr const char* kBeingRemoved = ".gone-";
inline constexpr int kNamesFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
inline constexpr int kNamesFile = O_RDWR | O_NOFOLLOW | O_CLOEXEC;

/// A lock on the whole file, of the open file.
inline struct flock lock_of(short type) noexcept {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

[[nodiscard]] inline bool hold(int fd) noexcept {
  const struct flock shared = lock_of(F_RDLCK);
  return ::fcntl(fd, F_OFD_SETLK, &shared) == 0;
}

/// Whether another open file holds it. Where it cannot be told, one does.
[[nodiscard]] inline bool is_held(int fd) noexcept {
  struct flock wanted = lock_of(F_WRLCK);
  return ::fcntl(fd, F_OFD_GETLK, &wanted) != 0 || wanted.l_type != F_UNLCK;
}

/// An open file of its own for the same memory.
[[nodiscard]] inline Fd opened_anew(int fd) noexcept {
  char here[32];
  std::snprintf(here, sizeof here, "/proc/self/fd/%d", fd);
  return Fd{::open(here, O_RDWR | O_CLOEXEC)};
}

[[nodiscard]] inline bool is_same(int fd, int folder) noexcept {
  struct stat held {
  }, named{};
  return ::fstat(fd, &held) == 0 && ::fstatat(folder, kEntry, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

}  // namespace wsalive::os

// What a name of named memory is made of: the user's folder of names, the entry of one name in it with its file and
// its lock, and the room that the file reserves. For named_memory.cpp and named_leftovers.cpp alone.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

// The folder of names: in memory, and one user's alone. All processes of the user find the same one, and no other user
// writes in it.

/// The folder `wsalive-UID` within `in`, which may be open to all; made where it is missing. If another user has taken that
/// name, a folder whose name cannot be guessed: the processes of the user find it by its owner.
///
/// Errors  as mkdir and opendir answer.
[[nodiscard]] Result<std::string> user_folder(std::string_view in = "/dev/shm");

// An entry: a folder with one file. Its name is the folder's name.

inline constexpr const char* kEntryFile = "memory";
/// How a folder begins that is being made, or removed. No entry's name has a dot.
inline constexpr const char* kBeingMade = ".new-";
inline constexpr const char* kBeingRemoved = ".gone-";
inline constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
inline constexpr int kOpenFile = O_RDWR | O_NOFOLLOW | O_CLOEXEC;

/// A name as a file name: letters, digits and a few signs as they are, the rest as %XX. A long name ends in its hash.
[[nodiscard]] std::string entry_name(std::string_view name);

/// The folder of the entry whose file this is; empty if the file has no name any more.
[[nodiscard]] std::string entry_of(int fd);

/// Whether an open file is the one that stands in an open folder.
[[nodiscard]] inline bool is_file_of(int fd, int folder) noexcept {
  struct stat held {
  }, named{};
  return ::fstat(fd, &held) == 0 &&
         ::fstatat(folder, kEntryFile, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/// Opens the same file once more: the new open file has its own locks.
[[nodiscard]] inline Fd reopen(int fd) noexcept {
  char here[32];
  std::snprintf(here, sizeof here, "/proc/self/fd/%d", fd);
  return Fd{::open(here, O_RDWR | O_CLOEXEC)};
}

// The lock: on the whole file, owned by the open file.

inline struct flock whole_file_lock(short type) noexcept {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

[[nodiscard]] inline bool lock_shared(int fd) noexcept {
  const struct flock shared = whole_file_lock(F_RDLCK);
  return ::fcntl(fd, F_OFD_SETLK, &shared) == 0;
}

inline void drop_lock(int fd) noexcept {
  const struct flock none = whole_file_lock(F_UNLCK);
  static_cast<void>(::fcntl(fd, F_OFD_SETLK, &none));
}

/// Whether another open file has the lock. True where the kernel does not answer.
[[nodiscard]] inline bool is_locked_elsewhere(int fd) noexcept {
  struct flock wanted = whole_file_lock(F_WRLCK);
  return ::fcntl(fd, F_OFD_GETLK, &wanted) != 0 || wanted.l_type != F_UNLCK;
}

// The room: a write to shared memory that the system cannot back raises SIGBUS, so it is reserved when the file is made.

/// Grows an empty file to `size` octets of zeros and reserves the first 64 MiB of them. Of the rest it checks only that
/// there is room now.
///
/// Errors  ENOSPC, at once where less is free than `size`; EFBIG beyond RLIMIT_FSIZE. On an error the file may have grown,
///         and the caller drops it.
/// Thread  Any; never waits, and signals do not end it.
[[nodiscard]] Status reserve_memory(int fd, std::uint64_t size) noexcept;

}  // namespace wsalive::os

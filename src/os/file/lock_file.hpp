// Locks between the processes of a family, a parent and those that it forked: byte ranges of a file without a name.
//
// The locks are the kernel's record locks: they belong to a process, not to a descriptor, so a child
// does not inherit them, and they go when their process ends, however it ends, or execs (the
// descriptor is close-on-exec). A program that closes all its descriptors closes this one too; then
// every question is answered as if another process held the lock.
#pragma once

#include <cstdint>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

class LockFile {
 public:
  /// Makes the file, under a descriptor that is out of the way of small numbers.
  [[nodiscard]] static Result<LockFile> create() noexcept;

  /// A file that another process has made and handed over.
  [[nodiscard]] static Result<LockFile> adopt(Fd fd) noexcept;

  /// The same for every process that has the file.
  [[nodiscard]] std::uint64_t id() const noexcept { return inode_; }
  /// To hand over. It stays this object's: closing a copy of it would drop this process's locks.
  [[nodiscard]] int descriptor() const noexcept { return fd_.get(); }

  /// Takes the bytes from `first` on, `length` of them (0: all that follow). False if another process
  /// has any of them.
  [[nodiscard]] bool try_lock(std::uint64_t first, std::uint64_t length) const noexcept;
  void unlock(std::uint64_t first, std::uint64_t length) const noexcept;

 private:
  LockFile(Fd fd, std::uint64_t inode) noexcept : fd_(std::move(fd)), inode_(inode) {}
  /// The number may have been closed by the program and mean something else now.
  [[nodiscard]] bool is_still_it() const noexcept;
  [[nodiscard]] bool set(short type, std::uint64_t first, std::uint64_t length) const noexcept;

  Fd fd_;
  std::uint64_t inode_;
};

}  // namespace wsalive::os

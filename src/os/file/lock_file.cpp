#include "os/file/lock_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "os/file/descriptor.hpp"

namespace wsalive::os {

Result<LockFile> LockFile::create() noexcept {
  Fd file{::memfd_create("wsalive-family", MFD_CLOEXEC)};
  if (!file) return failure(errno, "memfd_create");
  return adopt(std::move(file));
}

Result<LockFile> LockFile::adopt(Fd fd) noexcept {
  Fd file = out_of_the_way(std::move(fd));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return failure(errno, "fstat");
  return LockFile{std::move(file), facts.st_ino};
}

bool LockFile::is_still_it() const noexcept {
  struct stat facts {};
  return ::fstat(fd_.get(), &facts) == 0 && facts.st_ino == inode_ && S_ISREG(facts.st_mode);
}

bool LockFile::set(short type, std::uint64_t first, std::uint64_t length) const noexcept {
  if (!is_still_it()) return false;
  struct flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = static_cast<off_t>(first);
  range.l_len = static_cast<off_t>(length);
  return ::fcntl(fd_.get(), F_SETLK, &range) == 0;
}

bool LockFile::try_lock(std::uint64_t first, std::uint64_t length) const noexcept {
  return set(F_WRLCK, first, length);
}

void LockFile::unlock(std::uint64_t first, std::uint64_t length) const noexcept {
  (void)set(F_UNLCK, first, length);
}

}  // namespace wsalive::os

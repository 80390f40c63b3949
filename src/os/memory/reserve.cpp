#include "os/memory/reserve.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>

#include "os/file/data_file.hpp"
#include "os/process/signals.hpp"

namespace wsalive::os {
namespace {

/// A signal undoes the step that it meets: small enough to come to an end between two of them.
constexpr std::uint64_t kStep = std::uint64_t{2} << 20;

/// Reserved memory is real memory: of more than this most programs use little.
constexpr std::uint64_t kMostFilled = std::uint64_t{64} << 20;

/// What others share is not filled first, only to be given back.
bool has_room(int fd, std::uint64_t size) noexcept {
  struct statvfs facts {};
  const bool told = ::fstatvfs(fd, &facts) == 0 && facts.f_blocks != 0 && facts.f_frsize != 0;
  return !told || size / facts.f_frsize <= facts.f_bavail;  // A tmpfs without a limit tells none.
}

Status write_zeros(int fd, std::uint64_t from, std::uint64_t size) noexcept {
  static constexpr std::array<std::byte, 65536> kZeros{};
  for (std::uint64_t done = 0; done < size;) {
    const std::uint64_t part = std::min<std::uint64_t>(size - done, kZeros.size());
    const auto written = write_file_at(fd, kZeros.data(), part, from + done);
    if (!written) return tl::unexpected(written.error());
    done += *written;
  }
  return {};
}

Status reserve_step(int fd, std::uint64_t from, std::uint64_t size) noexcept {
  int error = 0;
  do {
    error = ::posix_fallocate(fd, static_cast<off_t>(from), static_cast<off_t>(size));
  } while (error == EINTR);
  if (error == 0) return {};
  // The C library writes where the file system cannot; a filter of system calls it does not know.
  if (error == ENOSYS || error == EPERM || error == EOPNOTSUPP) return write_zeros(fd, from, size);
  return failure(error, "posix_fallocate");
}

}  // namespace

Status reserve_memory(int fd, std::uint64_t size) noexcept {
  if (!has_room(fd, size)) return failure(ENOSPC, "posix_fallocate");
  const NoSignal quiet{SIGXFSZ};
  const std::uint64_t filled = std::min(size, kMostFilled);
  for (std::uint64_t at = 0; at < filled; at += kStep) {
    const Status done = reserve_step(fd, at, std::min(filled - at, kStep));
    if (!done) return done;
  }
  return filled == size ? Status{} : set_file_size(fd, size);
}

}  // namespace wsalive::os

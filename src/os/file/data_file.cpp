#include "os/file/data_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "os/file/descriptor.hpp"
#include "os/process/signals.hpp"

namespace wsalive::os {
namespace {

constexpr mode_t kMode = 0666;
constexpr std::size_t kMostBytes = 0x7fff'f000;  // The kernel's own limit of one call.

int flags_of(const FileWish& wish) noexcept {
  int flags = O_CLOEXEC | O_NOCTTY;
  const bool writes = wish.writes || wish.appends;
  if (writes) {
    flags |= wish.reads ? O_RDWR : O_WRONLY;
  } else {
    flags |= O_RDONLY;
  }
  if (wish.appends && !wish.writes) flags |= O_APPEND;
  if (wish.synced) flags |= O_DSYNC;
  return flags;
}

/// Does not wait for the other end of a named pipe: the reading end opens at once, the writing end if there is a reader.
int open_retrying(const std::string& path, int flags) noexcept {
  if (is_named_pipe(path)) flags |= O_NONBLOCK;
  for (;;) {
    const int fd = ::open(path.c_str(), flags, kMode);
    if (fd < 0 && errno == EINTR) continue;
    if (fd >= 0 && (flags & O_NONBLOCK) != 0) {
      ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    }
    return fd;
  }
}

/// Opens or makes the file and says which, even if other processes make or remove it meanwhile.
OpenedFile open_either(const std::string& path, int flags) noexcept {
  constexpr int kTries = 100;
  for (int round = 0; round < kTries; ++round) {
    if (const int fd = open_retrying(path, flags); fd >= 0) return {Fd{fd}, true};
    if (errno != ENOENT) break;
    if (const int fd = open_retrying(path, flags | O_CREAT | O_EXCL); fd >= 0) {
      return {Fd{fd}, false};
    }
    if (errno != EEXIST) break;
  }
  return {};
}

/// A named pipe that was opened before it had a writer is not at its end: waits for its first octets.
/// There is no POLLHUP until a writer has come and gone.
bool waits_for_first_writer(int fd) noexcept {
  pollfd look{.fd = fd, .events = POLLIN, .revents = 0};
  if (descriptor_kind(fd) != DescriptorKind::pipe || ::poll(&look, 1, 0) != 0) return false;
  while (::poll(&look, 1, -1) < 0 && errno == EINTR) {
  }
  return true;
}

/// read(2), which passes over the false end of such a pipe.
ssize_t read_on(int fd, char* at, std::size_t part) noexcept {
  ssize_t got = ::read(fd, at, part);
  if (got == 0 && part != 0 && waits_for_first_writer(fd)) got = ::read(fd, at, part);
  return got;
}

bool is_on_disk(int fd) noexcept { return descriptor_kind(fd) == DescriptorKind::disk; }

template <typename Octets>
ssize_t move_once(Octets* octets, std::size_t size, auto plain, auto placed,
                  std::optional<std::uint64_t> place) noexcept {
  const std::size_t part = std::min(size, kMostBytes);
  return place ? placed(octets, part, static_cast<off_t>(*place)) : plain(octets, part);
}

/// Calls `once(done)` until it moves nothing more, all is done, or it fails. A failure after a part was moved is a success
/// with that part.
template <typename Once>
Result<std::size_t> move_all(std::size_t size, bool whole, const char* attempt, Once once) {
  std::size_t done = 0;
  do {
    const ssize_t moved = once(done);
    if (moved < 0 && errno == EINTR) continue;
    if (moved < 0 && done == 0) return failure(errno, attempt);
    if (moved <= 0) break;
    done += static_cast<std::size_t>(moved);
  } while (whole && done < size);
  return done;
}

std::optional<std::uint64_t> behind(std::optional<std::uint64_t> place, std::size_t done) {
  return place ? std::optional{*place + done} : std::nullopt;
}

}  // namespace

bool is_named_pipe(const std::string& path) noexcept {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

Result<OpenedFile> open_data_file(const std::string& path, const FileWish& wish) {
  const int flags = flags_of(wish);
  OpenedFile opened;
  switch (wish.existing) {
    case Existing::never:
      opened.fd = Fd{open_retrying(path, flags | O_CREAT | O_EXCL)};
      break;
    case Existing::always:
      opened = {Fd{open_retrying(path, flags)}, true};
      break;
    case Existing::either:
      opened = open_either(path, flags);
      break;
  }
  if (!opened.fd) return failure(errno, "open");
  struct stat status {};
  if (::fstat(opened.fd.get(), &status) != 0) return failure(errno, "fstat");
  if (S_ISDIR(status.st_mode)) return failure(EISDIR, "open");
  return opened;
}

Result<FileIdentity> identity_of(int fd) noexcept {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return failure(errno, "fstat");
  return FileIdentity{status.st_dev, status.st_ino};
}

Result<FileIdentity> identity_of(const std::string& path) noexcept {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failure(errno, "stat");
  return FileIdentity{status.st_dev, status.st_ino};
}

bool has_parent(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos || slash == 0) return true;
  struct stat status {};
  return ::stat(path.substr(0, slash).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

Result<std::uint64_t> size_of_file(int fd) noexcept {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return failure(errno, "fstat");
  if (!S_ISREG(status.st_mode)) return failure(ESPIPE, "fstat");
  return static_cast<std::uint64_t>(status.st_size);
}

Status set_file_size(int fd, std::uint64_t size) noexcept {
  const NoSignal quiet{SIGXFSZ};
  if (::ftruncate(fd, static_cast<off_t>(size)) != 0) return failure(errno, "ftruncate");
  return {};
}

Result<std::uint64_t> seek(int fd, std::int64_t by, SeekFrom from) noexcept {
  constexpr int kWhence[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  const off_t place = ::lseek(fd, by, kWhence[static_cast<std::size_t>(from)]);
  if (place < 0) return failure(errno, "lseek");
  return static_cast<std::uint64_t>(place);
}

Status sync_file(int fd) noexcept {
  if (::fsync(fd) != 0) return failure(errno, "fsync");
  return {};
}

Status remove_file(const std::string& path) noexcept {
  if (::unlink(path.c_str()) != 0) return failure(errno, "unlink");
  return {};
}

Result<std::size_t> read_file_at(int fd, void* to, std::size_t size,
                                 std::optional<std::uint64_t> place) noexcept {
  auto* const octets = static_cast<char*>(to);
  return move_all(size, is_on_disk(fd), "read", [&](std::size_t done) {
    return move_once(
        octets + done, size - done,
        [fd](char* at, std::size_t part) { return read_on(fd, at, part); },
        [fd](char* at, std::size_t part, off_t where) { return ::pread(fd, at, part, where); },
        behind(place, done));
  });
}

namespace {

Result<std::size_t> write_whole(int fd, const void* from, std::size_t size,
                                std::optional<std::uint64_t> place) noexcept {
  const auto* const octets = static_cast<const char*>(from);
  return move_all(size, true, "write", [&](std::size_t done) {
    return move_once(
        octets + done, size - done,
        [fd](const char* at, std::size_t part) { return ::write(fd, at, part); },
        [fd](const char* at, std::size_t part, off_t where) {
          return ::pwrite(fd, at, part, where);
        },
        behind(place, done));
  });
}

}  // namespace

Result<std::size_t> write_file_at(int fd, const void* from, std::size_t size,
                                  std::optional<std::uint64_t> place) noexcept {
  const NoSignal quiet{is_on_disk(fd) ? SIGXFSZ : SIGPIPE};
  return write_whole(fd, from, size, place);
}

long send_file(int socket, int file, std::optional<std::uint64_t> place,
               std::size_t size) noexcept {
  const NoSignal quiet{SIGPIPE};
  off_t from = static_cast<off_t>(place.value_or(0));
  const ssize_t sent =
      ::sendfile(socket, file, place ? &from : nullptr, std::min(size, kMostBytes));
  return sent >= 0 ? sent : -errno;
}

bool lock_open_file(int fd, bool alone) noexcept {
  return ::flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

Result<PipeEnds> make_pipe(std::size_t size) noexcept {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failure(errno, "pipe2");
  if (size != 0) static_cast<void>(::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(size)));
  return PipeEnds{Fd{ends[0]}, Fd{ends[1]}};
}

Result<std::size_t> octets_in(int pipe) noexcept {
  int waiting = 0;
  if (::ioctl(pipe, FIONREAD, &waiting) != 0) return failure(errno, "FIONREAD");
  if (waiting == 0 && is_at_end(pipe)) return failure(EPIPE, "FIONREAD");
  return static_cast<std::size_t>(waiting);
}

Result<std::size_t> peek_pipe(int pipe, void* to, std::size_t size) noexcept {
  Result<PipeEnds> copy = make_pipe(size);
  if (!copy) return tl::unexpected(copy.error());
  // tee() copies what the pipe holds into a second pipe and consumes nothing.
  const ssize_t seen = ::tee(pipe, copy->write.get(), size, SPLICE_F_NONBLOCK);
  if (seen < 0) return errno == EAGAIN ? Result<std::size_t>{0} : failure(errno, "tee");
  if (seen == 0) return std::size_t{0};
  const ssize_t got = ::read(copy->read.get(), to, static_cast<std::size_t>(seen));
  if (got < 0) return failure(errno, "read");
  return static_cast<std::size_t>(got);
}

}  // namespace wsalive::os

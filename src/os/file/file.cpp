#include "os/file/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "os/process/signals.hpp"

namespace wsalive::os {
namespace {

struct Freed {
  void operator()(char* text) const noexcept { std::free(text); }  // NOLINT: realpath allocates.
};

/// The folder of a path, "." if it names none.
std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// A name beside `path`: its folder, a dot, its own name and `suffix`.
std::string beside(const std::string& path, const std::string& suffix) {
  const std::size_t slash = path.rfind('/');
  return folder_of(path) + "/." + path.substr(slash == std::string::npos ? 0 : slash + 1) + suffix;
}

/// Where a symbolic link leads, even if no file is there yet; the path itself if it is no link.
std::string followed(const std::string& path) {
  constexpr int kMostLinks = 40;  // As the kernel's own.
  std::string at = path;
  for (int links = 0; links < kMostLinks; ++links) {
    const std::unique_ptr<char, Freed> real{::realpath(at.c_str(), nullptr)};
    if (real) return real.get();
    std::array<char, PATH_MAX> target{};
    const ssize_t size = ::readlink(at.c_str(), target.data(), target.size());
    // Links of /proc/PID/fd name what has no path.
    if (size <= 0 || at.starts_with("/proc/") || at.starts_with("/dev/")) return at;
    const std::string next{target.data(), static_cast<std::size_t>(size)};
    at = next.starts_with('/') ? next : folder_of(at).append("/").append(next);
  }
  return path;
}

Status write_bytes(int fd, std::string_view content) {
  const NoSignal quiet{SIGXFSZ};
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure(errno, "write");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Writes into a device, a pipe or a terminal, which a new file must not replace.
Status write_into(const std::string& path, std::string_view content) {
  const Fd file{::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY)};
  if (!file) return failure(errno, "open");
  return write_bytes(file.get(), content);
}

/// Gives a new file the mode and, where this process may, the owner of the one that it replaces.
Status take_after(int fd, const struct stat* old, unsigned mode) {
  if (old && (old->st_uid != ::geteuid() || old->st_gid != ::getegid())) {
    // Without the right the file belongs to the writer, as with any editor.
    if (::fchown(fd, old->st_uid, old->st_gid) != 0 && errno != EPERM) {
      return failure(errno, "fchown");
    }
  }
  if (::fchmod(fd, old ? old->st_mode & 07777U : mode) != 0) return failure(errno, "fchmod");
  return {};
}

/// Makes the content durable under its final name. A folder that cannot be synced is no failure: the
/// new file is in place.
Status move_in(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failure(errno, "rename");
  const Fd folder{::open(folder_of(to).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder) static_cast<void>(::fsync(folder.get()));
  return {};
}

Status write_content(int fd, std::string_view content, const struct stat* old, unsigned mode) {
  if (const Status done = take_after(fd, old, mode); !done) return done;
  if (const Status done = write_bytes(fd, content); !done) return done;
  if (::fsync(fd) != 0) return failure(errno, "fsync");
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  // Not to wait for a writer, should this be a pipe.
  const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!file) return failure(errno, "open");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failure(errno, "fstat");
  if (S_ISDIR(status.st_mode)) return failure(EISDIR, "read");
  if (!S_ISREG(status.st_mode)) return failure(EINVAL, "read what is no regular file");

  std::string content;
  std::array<char, 65536> part{};
  for (;;) {
    const ssize_t got = ::read(file.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(errno, "read");
    if (got == 0) return content;
    content.append(part.data(), static_cast<std::size_t>(got));
    if (content.size() > kLongestFile) return failure(EFBIG, "read");
  }
}

std::optional<FileStamp> file_stamp(const std::string& path) noexcept {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{.device = status.st_dev,
                   .inode = status.st_ino,
                   .size = status.st_size,
                   .changed_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Status replace_file(const std::string& path, std::string_view content, unsigned mode) {
  const std::string target = followed(path);
  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (!exists && errno != ENOENT) return failure(errno, "stat");
  if (exists && ::faccessat(AT_FDCWD, target.c_str(), W_OK, AT_EACCESS) != 0) {
    return failure(errno, "write");
  }
  if (exists && S_ISDIR(old.st_mode)) return failure(EISDIR, "write");
  if (exists && !S_ISREG(old.st_mode)) return write_into(target, content);
  std::string name = beside(target, ".XXXXXX");
  const Fd file{::mkostemp(name.data(), O_CLOEXEC)};
  if (!file) return failure(errno, "create a file beside it");

  Status done = write_content(file.get(), content, exists ? &old : nullptr, mode);
  if (done) done = move_in(name, target);
  if (!done) ::unlink(name.c_str());
  return done;
}

Status make_folders(const std::string& path, unsigned mode) {
  for (std::size_t end = path.find('/', 1); end != std::string::npos;
       end = path.find('/', end + 1)) {
    const std::string parent = path.substr(0, end);
    if (::mkdir(parent.c_str(), mode) != 0 && errno != EEXIST) return failure(errno, "mkdir");
  }
  if (::mkdir(path.c_str(), mode) == 0) return {};
  if (errno != EEXIST) return failure(errno, "mkdir");
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failure(errno, "stat");
  if (!S_ISDIR(status.st_mode)) return failure(ENOTDIR, "mkdir");
  return {};
}

Result<FileLock> FileLock::take(const std::string& path, std::chrono::milliseconds patience) {
  using namespace std::chrono_literals;
  const std::string name = beside(followed(path), ".lock");
  Fd file{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file) return failure(errno, "open the lock file");
  constexpr auto kPause = 2ms;
  for (auto waited = 0ms;; waited += kPause) {
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return FileLock{std::move(file)};
    if (errno != EWOULDBLOCK && errno != EINTR) return failure(errno, "flock");
    if (waited >= patience) return failure(EWOULDBLOCK, "flock");
    std::this_thread::sleep_for(kPause);
  }
}

std::optional<std::string> trusted_environment(const char* name) {
  const char* const value = ::secure_getenv(name);
  if (!value || *value == '\0') return std::nullopt;
  return std::string{value};
}

std::optional<long> sysctl_number(std::string_view name) {
  std::ifstream file{"/proc/sys/" + std::string{name}};
  long value = 0;
  return file >> value ? std::optional{value} : std::nullopt;
}

}  // namespace wsalive::os

#include "os/named_memory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <utility>

namespace wsalive::os {
namespace {

constexpr std::size_t kLongestFileName = 200;

/// Letters, digits and a few signs as they are, the rest as %XX; a long name ends in its hash.
std::string file_name(std::string_view name) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string text;
  for (const char character : name) {
    const auto byte = static_cast<unsigned char>(character);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '_';
    if (plain) {
      text += character;
    } else {
      text += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  if (text.size() <= kLongestFileName) return text;
  text.resize(kLongestFileName);
  return text + '+' + std::to_string(std::hash<std::string_view>{}(name));
}

/// The user's own folder, which must be nobody else's.
Result<std::string> folder() {
  const uid_t user = ::geteuid();
  std::string path = "/dev/shm/wsalive-" + std::to_string(user);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failure(errno, "mkdir /dev/shm");
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return failure(errno, "stat /dev/shm/wsalive");
  if (!S_ISDIR(status.st_mode) || status.st_uid != user) return failure(EACCES, "/dev/shm/wsalive");
  return path;
}

/// Holds the folder's lock.
Result<Fd> lock_folder(const std::string& path) {
  Fd file{::open((path + "/.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!file) return failure(errno, "open lock of /dev/shm/wsalive");
  while (::flock(file.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return failure(errno, "flock");
  }
  return file;
}

bool nobody_else_has(int fd) noexcept { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }

}  // namespace

Result<NamedMemory> NamedMemory::open(std::string_view name, Open how, std::size_t data_bytes,
                                      std::span<const std::byte> header) {
  NamedMemory memory;
  if (name.empty()) {
    memory.fd_ = Fd{::memfd_create("wsalive", MFD_CLOEXEC)};
    if (!memory.fd_) return failure(errno, "memfd_create");
    if (auto refused = memory.fill(data_bytes, header); !refused) {
      return tl::unexpected(refused.error());
    }
  } else {
    const auto in = folder();
    if (!in) return tl::unexpected(in.error());
    const auto lock = lock_folder(*in);
    if (!lock) return tl::unexpected(lock.error());
    const std::string path = *in + '/' + file_name(name);
    if (auto refused = memory.open_file(path, how); !refused) {
      return tl::unexpected(refused.error());
    }
    if (memory.created_) {
      if (auto refused = memory.fill(data_bytes, header); !refused) {
        ::unlink(path.c_str());
        return tl::unexpected(refused.error());
      }
    }
    if (::flock(memory.fd_.get(), LOCK_SH) != 0) return failure(errno, "flock");
    memory.path_ = path;
  }
  if (auto refused = memory.map(); !refused) return tl::unexpected(refused.error());
  return memory;
}

Result<NamedMemory> NamedMemory::adopt(Fd held) {
  NamedMemory memory;
  memory.fd_ = std::move(held);
  memory.take_name();
  if (auto refused = memory.map(); !refused) return tl::unexpected(refused.error());
  return memory;
}

/// A name counts its holders by their locks, and a descriptor that was handed down shares its giver's: opens the
/// file anew. Memory without a name, or whose name has gone, is kept as it is.
void NamedMemory::take_name() {
  std::string path(kLongestFileName * 4, '\0');
  const std::string here = "/proc/self/fd/" + std::to_string(fd_.get());
  const ssize_t length = ::readlink(here.c_str(), path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  const auto in = folder();
  if (!in || !path.starts_with(*in + '/')) return;
  const auto lock = lock_folder(*in);
  Fd own{::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
  struct stat mine {
  }, named{};
  const bool same = own && ::fstat(fd_.get(), &mine) == 0 && ::fstat(own.get(), &named) == 0 &&
                    mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
  if (!lock || !same || ::flock(own.get(), LOCK_SH) != 0) return;
  fd_ = std::move(own);
  path_ = std::move(path);
}

/// Opens the file; `created_` says whether it is to be filled.
Status NamedMemory::open_file(const std::string& path, Open how) {
  const int create = how == Open::create ? O_CREAT : 0;
  fd_ = Fd{::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | create, 0600)};
  if (!fd_) return failure(errno, "open named memory");
  created_ = nobody_else_has(fd_.get());
  if (!created_ || how == Open::create) return {};
  ::unlink(path.c_str());  // Left by a process that died.
  return failure(ENOENT, "open named memory");
}

Status NamedMemory::fill(std::size_t data_bytes, std::span<const std::byte> header) {
  created_ = true;
  if (data_bytes > static_cast<std::size_t>(INT64_MAX) - kHeaderBytes) {
    return failure(EFBIG, "ftruncate");
  }
  const auto size = static_cast<off_t>(kHeaderBytes + data_bytes);
  if (::ftruncate(fd_.get(), 0) != 0 || ::ftruncate(fd_.get(), size) != 0) {
    return failure(errno, "ftruncate");
  }
  const ssize_t written = ::pwrite(fd_.get(), header.data(), header.size(), 0);
  if (written != static_cast<ssize_t>(header.size())) return failure(errno, "pwrite");
  return {};
}

Status NamedMemory::map() {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) return failure(errno, "fstat");
  if (status.st_size < static_cast<off_t>(kHeaderBytes)) return failure(EIO, "fstat");
  void* const at = ::mmap(nullptr, kHeaderBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
  if (at == MAP_FAILED) return failure(errno, "mmap");
  header_ = at;
  data_bytes_ = static_cast<std::size_t>(status.st_size) - kHeaderBytes;
  return {};
}

NamedMemory::NamedMemory(NamedMemory&& other) noexcept
    : fd_(std::move(other.fd_)),
      path_(std::move(other.path_)),
      header_(std::exchange(other.header_, nullptr)),
      data_bytes_(other.data_bytes_),
      created_(other.created_) {
  other.path_.clear();
}

NamedMemory::~NamedMemory() {
  if (header_) ::munmap(header_, kHeaderBytes);
  if (path_.empty() || !fd_) return;
  const auto lock = lock_folder(path_.substr(0, path_.rfind('/')));
  if (lock && nobody_else_has(fd_.get())) ::unlink(path_.c_str());
  fd_.reset();  // Within the folder's lock.
}

bool thread_lives(std::int32_t process, std::int32_t thread) noexcept {
  return ::syscall(SYS_tgkill, process, thread, 0) == 0 || errno != ESRCH;
}

}  // namespace wsalive::os

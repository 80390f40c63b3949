#include "os/memory/named_entry.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>

#include "base/owned.hpp"
#include "os/file/data_file.hpp"
#include "os/process/signals.hpp"

namespace wsalive::os {
namespace {

bool is_own(const std::string& path) noexcept {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
  return status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// The first by name of the user's own folders that begin so; "" if there is none.
Result<std::string> own_among(const std::string& in, const std::string& beginning) {
  const std::unique_ptr<DIR, Releases<::closedir>> folder{::opendir(in.c_str())};
  if (!folder) return failure(errno, "opendir /dev/shm");
  std::string first;
  while (const dirent* const entry = ::readdir(folder.get())) {
    const std::string_view name{entry->d_name};
    if (!name.starts_with(beginning)) continue;
    std::string path = in + '/' + entry->d_name;
    if ((first.empty() || path < first) && is_own(path)) first = std::move(path);
  }
  return first;
}

Status make_unguessable(const std::string& beginning) {
  unsigned long long number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) return failure(errno, "getrandom");
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", number);
  if (::mkdir((beginning + digits.data()).c_str(), 0700) != 0) return failure(errno, "mkdir");
  return {};
}

}  // namespace

Result<std::string> user_folder(std::string_view in) {
  const std::string where{in};
  const std::string name = "wsalive-" + std::to_string(::geteuid());
  const std::string usual = where + '/' + name;
  const bool made = ::mkdir(usual.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return failure(errno, "mkdir /dev/shm");
  if (is_own(usual)) return usual;
  const std::string beginning = name + '.';
  auto other = own_among(where, beginning);
  if (!other || !other->empty()) return other;
  if (const Status done = make_unguessable(where + '/' + beginning); !done) {
    return tl::unexpected(done.error());
  }
  return own_among(where, beginning);  // Another process may have made one at the same time.
}

std::string entry_name(std::string_view name) {
  constexpr std::size_t kLongest = 200;
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
  if (text.size() <= kLongest) return text;
  text.resize(kLongest);
  return text + '+' + std::to_string(std::hash<std::string_view>{}(name));
}

std::string entry_of(int fd) {
  std::string path(2 * std::size_t{PATH_MAX}, '\0');
  const std::string here = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t length = ::readlink(here.c_str(), path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  const std::size_t end = path.rfind('/');
  return end == std::string::npos || path.substr(end + 1) != kEntryFile ? "" : path.substr(0, end);
}

namespace {

/// A signal undoes the step that it interrupts: small enough to complete between two signals.
constexpr std::uint64_t kStep = std::uint64_t{2} << 20;

/// Reserved memory is real memory, and of a mapping larger than this most programs use little.
constexpr std::uint64_t kMostFilled = std::uint64_t{64} << 20;

/// Asked before anything is filled: filling takes room from other processes until it fails.
bool has_room(int fd, std::uint64_t size) noexcept {
  struct statvfs facts {};
  const bool told = ::fstatvfs(fd, &facts) == 0 && facts.f_blocks != 0 && facts.f_frsize != 0;
  return !told ||
         size / facts.f_frsize <= facts.f_bavail;  // A tmpfs without a limit reports 0 blocks.
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
  // The C library writes zeros itself where the file system cannot reserve, but not where a seccomp filter refuses.
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

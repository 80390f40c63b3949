#include "os/file/user_folder.hpp"

#include <dirent.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/releases.hpp"

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

}  // namespace wsalive::os

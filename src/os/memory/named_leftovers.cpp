// A killed process leaves its names behind. A process that makes a name looks at a few others, at random, and removes those
// that no process holds. So the leftovers stay few, and no call takes long.
//
// A folder that is being made belongs to a process that will soon lock the file in it. If the file is not locked, the folder is
// renamed before it is removed: if its maker is still alive, it finds the folder gone and begins anew.

#include <dirent.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/owned.hpp"
#include "os/memory/named_entry.hpp"
#include "os/memory/named_memory.hpp"

namespace wsalive::os {
namespace {

constexpr std::size_t kMostListed = 4096;

/// Some of a folder's entries; each is as likely as the others.
std::vector<std::string> some_entries(const std::string& in, std::size_t most) {
  std::uint32_t seed = 1;
  static_cast<void>(::getrandom(&seed, sizeof seed, GRND_NONBLOCK));
  std::minstd_rand random{seed};
  const std::unique_ptr<DIR, Releases<::closedir>> folder{::opendir(in.c_str())};
  std::vector<std::string> some;
  if (!folder) return some;
  for (std::size_t seen = 0; seen < kMostListed;) {
    const dirent* const entry = ::readdir(folder.get());
    if (!entry) break;
    const std::string_view name{entry->d_name};
    if (name == "." || name == "..") continue;
    ++seen;
    if (some.size() < most) {
      some.emplace_back(name);
    } else if (const std::size_t at = random() % seen; at < most) {
      some[at] = name;
    }
  }
  return some;
}

void remove_folder(const std::string& path) {
  ::unlink((path + '/' + kEntryFile).c_str());
  ::rmdir(path.c_str());
}

void take_apart(const std::string& path, const std::string& as) {
  const Fd folder{::open(path.c_str(), kOpenFolder)};
  const Fd file{folder ? ::openat(folder.get(), kEntryFile, kOpenFile) : -1};
  if (!folder || (file && is_locked_elsewhere(file.get()))) return;
  if (::rename(path.c_str(), as.c_str()) == 0) remove_folder(as);
}

}  // namespace

void NamedMemory::sweep(const std::string& in, std::size_t most) {
  const std::string_view made{kBeingMade};
  for (const std::string& name : some_entries(in, most)) {
    std::string path{in};
    path.append("/").append(name);
    if (name.starts_with(kBeingRemoved)) {
      remove_folder(path);
    } else if (name.starts_with(made)) {
      std::string as{in};
      as.append("/").append(kBeingRemoved).append(name.substr(made.size()));
      take_apart(path, as);
    } else {
      NamedMemory left;
      left.path_ = path;
      left.close_if_left();
    }
  }
}

void NamedMemory::close_if_left() noexcept {
  const Fd folder{::open(path_.c_str(), kOpenFolder)};
  if (!folder) return;
  fd_ = Fd{::openat(folder.get(), kEntryFile, kOpenFile)};
  if (!fd_ && errno == ENOENT) ::rmdir(path_.c_str());  // Refused if a new one has come there.
  if (fd_ && !is_locked_elsewhere(fd_.get()) && map()) close_if_last();
}

}  // namespace wsalive::os

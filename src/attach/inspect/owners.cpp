#include "attach/inspect/owners.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "base/fd.hpp"
#include "base/printable.hpp"
#include "engine/published_table.hpp"

namespace wsalive::attach {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "socket:[4711]"
std::optional<std::uint32_t> inode_in(std::string_view link) {
  constexpr std::string_view kFront = "socket:[";
  if (!link.starts_with(kFront) || !link.ends_with(']')) return std::nullopt;
  return number_in<std::uint32_t>(link.substr(kFront.size(), link.size() - kFront.size() - 1));
}

bool is_table(std::string_view link) {
  static const std::string ours = fmt::format("/memfd:{} (deleted)", engine::kPublishedName);
  return link == ours;
}

std::string program_of(pid_t pid) {
  const Fd file{::open(fmt::format("/proc/{}/comm", pid).c_str(), O_RDONLY | O_CLOEXEC)};
  std::array<char, 64> name{};
  const ssize_t got = file ? ::read(file.get(), name.data(), name.size()) : 0;
  return got > 1 ? printable({name.data(), static_cast<std::size_t>(got - 1)}) : std::string{"?"};
}

/// The inode of a process's network namespace; 0 where it may not be seen.
std::uint64_t network_inode_of(const std::string& process) {
  struct stat status {};
  const std::string path = fmt::format("/proc/{}/ns/net", process);
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

void note_network(pid_t pid, Owners& owners) {
  static const std::uint64_t ours = network_inode_of("self");
  const std::uint64_t network = network_inode_of(std::to_string(pid));
  if (network != 0 && network != ours) owners.other_networks.emplace(network, pid);
}

void add_process(pid_t pid, Owners& owners) {
  const Folder folder{::opendir(fmt::format("/proc/{}/fd", pid).c_str())};
  if (!folder) {
    if (errno == EACCES || errno == EPERM) owners.hidden.push_back(pid);
    return;
  }
  std::optional<std::string> program;
  bool denied = false;  // The folder may be listed and what it names not be seen.
  while (const dirent* const entry = ::readdir(folder.get())) {
    std::array<char, 64> link{};
    const ssize_t length =
        ::readlinkat(::dirfd(folder.get()), entry->d_name, link.data(), link.size());
    if (length <= 0) {
      denied = denied || errno == EACCES || errno == EPERM;
      continue;
    }
    const std::string_view target{link.data(), static_cast<std::size_t>(length)};
    const auto inode = inode_in(target);
    const auto fd = number_in<int>(entry->d_name);
    if (fd && !inode && is_table(target)) owners.tables.emplace(pid, *fd);
    if (!inode || !fd) continue;
    if (!program) {
      program = program_of(pid);
      note_network(pid, owners);
    }
    owners.by_inode.emplace(*inode, Owner{pid, *fd, *program});
  }
  if (denied) owners.hidden.push_back(pid);
}

}  // namespace

Owners socket_owners() {
  Owners owners;
  const Folder processes{::opendir("/proc")};
  while (const dirent* const entry = processes ? ::readdir(processes.get()) : nullptr) {
    if (const auto pid = number_in<pid_t>(entry->d_name)) add_process(*pid, owners);
  }
  return owners;
}

Owners socket_owners(pid_t pid) {
  Owners owners;
  add_process(pid, owners);
  return owners;
}

}  // namespace wsalive::attach

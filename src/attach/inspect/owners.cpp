#include "attach/inspect/owners.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "base/owned.hpp"
#include "base/utf8.hpp"
#include "engine/published_table.hpp"
#include "os/file/file.hpp"

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

/// The beginning of a small file of a process; empty where it may not be read.
std::string beginning_of(pid_t pid, const char* name) {
  const Fd file{::open(fmt::format("/proc/{}/{}", pid, name).c_str(), O_RDONLY | O_CLOEXEC)};
  std::string text(4096, '\0');
  const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : 0;
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::string executable_of(pid_t pid) {
  std::string path(4096, '\0');
  const ssize_t length =
      ::readlink(fmt::format("/proc/{}/exe", pid).c_str(), path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  return path;
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
  bool denied = false;  // The folder may be readable and its entries not.
  while (const dirent* const entry = ::readdir(folder.get())) {
    std::array<char, 64> link{};
    const ssize_t length =
        ::readlinkat(::dirfd(folder.get()), entry->d_name, link.data(), link.size());
    if (length <= 0) {
      denied = denied || (errno != ENOENT && errno != EINVAL);  // Closed meanwhile; "." and "..".
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

std::string program_of(pid_t pid) {
  std::string name = beginning_of(pid, "comm");
  if (name.ends_with('\n')) name.pop_back();
  if (name.size() == kKernelName) {
    constexpr std::size_t kWords = 1 + 4;  // "python3 -E -s /usr/bin/a-script", after the file.
    std::vector<std::string> words{executable_of(pid)};
    std::istringstream line{beginning_of(pid, "cmdline")};
    for (std::string word; words.size() < kWords && std::getline(line, word, '\0');) {
      words.push_back(word);
    }
    for (const std::string& word : words) {
      const std::string_view last = std::string_view{word}.substr(word.rfind('/') + 1);
      if (last.size() > name.size() && last.starts_with(name)) return printable(last);
    }
  }
  return name.empty() ? std::string{"?"} : printable(name);
}

Owners socket_owners() {
  Owners owners;
  const Folder processes{::opendir("/proc")};
  while (const dirent* const entry = processes ? ::readdir(processes.get()) : nullptr) {
    if (const auto pid = number_in<pid_t>(entry->d_name)) add_process(*pid, owners);
  }
  return owners;
}

Owners socket_owners(std::span<const pid_t> processes) {
  Owners owners;
  for (const pid_t pid : processes) add_process(pid, owners);
  return owners;
}

Owners socket_owners(pid_t pid) { return socket_owners(std::span{&pid, 1}); }

namespace {

std::string file_of(pid_t process, const char* name) {
  return fmt::format("/proc/{}/{}", process, name);
}

/// The inode of a file below /proc/PID/net, which differs between namespaces; 0: it cannot be seen.
ino_t network_file_of(pid_t process) {
  struct stat status {};
  return ::stat(file_of(process, "net/dev").c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

bool may_have_sockets(pid_t process) {
  constexpr std::uint32_t kKernelThread = 0x00200000;  // PF_KTHREAD
  const std::string text = os::read_file(file_of(process, "stat")).value_or("");
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return false;
  std::istringstream rest{text.substr(name_end + 1)};
  char state = 0;
  std::array<long, 5> skipped{};  // Parent, group, session, terminal and its group.
  std::uint32_t flags = 0;
  rest >> state;
  for (long& each : skipped) rest >> each;
  rest >> flags;
  const bool has_ended = state == 'Z' || state == 'X';
  return rest && !has_ended && (flags & kKernelThread) == 0;
}

bool are_in_one_network(pid_t one, pid_t other) {
  const ino_t network = network_file_of(one);
  return network != 0 && network == network_file_of(other);
}

bool has_tcp_in_network(pid_t process) {
  constexpr std::array kTables{"net/tcp", "net/tcp6"};
  return std::ranges::any_of(kTables, [process](const char* table) {
    const std::string text = os::read_file(file_of(process, table)).value_or("");
    return std::ranges::count(text, '\n') > 1;  // One is the heading.
  });
}

}  // namespace wsalive::attach

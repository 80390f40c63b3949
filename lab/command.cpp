#include "lab/command.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/owned.hpp"

namespace wsalive::lab {
namespace {

/// Uses files in memory instead of pipes: the child never blocks, so neither side can deadlock.
Fd memory_file(std::string_view content) {
  Fd file{::memfd_create("wsalive-command", MFD_CLOEXEC)};
  if (file && ::write(file.get(), content.data(), content.size()) < 0) return Fd{};
  if (file) ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::string content_of(const Fd& file) {
  std::string text;
  std::array<char, 4096> buffer{};
  ::lseek(file.get(), 0, SEEK_SET);
  for (ssize_t n = 0; (n = ::read(file.get(), buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// `nft` and `ip` stand in sbin, which an ordinary user's PATH often lacks.
std::string path_of(const std::string& program) {
  const char* const path = std::getenv("PATH");
  const std::string folders = std::string{path ? path : ""} + ":/usr/local/sbin:/usr/sbin:/sbin";
  for (std::size_t from = 0; from <= folders.size();) {
    const std::size_t colon = std::min(folders.find(':', from), folders.size());
    std::string file = folders.substr(from, colon - from) + '/' + program;
    if (file.front() == '/' && file[1] != '/' && ::access(file.c_str(), X_OK) == 0) return file;
    from = colon + 1;
  }
  return {};
}

int spawn(const std::string& file, const std::vector<std::string>& words, int input, int output,
          pid_t& child) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  const int error =
      ::posix_spawn(&child, file.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

Setup<std::string> run_command(const std::vector<std::string>& words, std::string_view input) {
  const std::string& name = words.front();
  const std::string file = path_of(name);
  if (file.empty()) return tl::unexpected(name + " is not installed");
  const Fd in = memory_file(input);
  const Fd out = memory_file({});
  if (!in || !out) return tl::unexpected("memfd_create: " + std::string{std::strerror(errno)});

  pid_t child = -1;
  if (const int error = spawn(file, words, in.get(), out.get(), child); error != 0) {
    return tl::unexpected("cannot start " + name + ": " + std::strerror(error));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::string said = content_of(out);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return said;
  return tl::unexpected(name + ": " + (said.empty() ? "ended without success" : said));
}

}  // namespace wsalive::lab

#include "os/process/child.hpp"

#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace wsalive::os {
namespace {

/// Pointers to strings, ended by a null pointer, as exec wants them.
std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const std::string& text : strings) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

/// What is done in the child before the program begins.
class Preparation {
 public:
  Preparation() noexcept {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  ~Preparation() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;

  int prepare(const ChildProgram& what) noexcept {
    // Copies first: a stream may be the number that another one takes.
    const std::array<int, 3> aside = free_numbers(what);
    int refused = 0;
    for (const int each : what.inherited) {
      if (refused == 0) refused = ::posix_spawn_file_actions_adddup2(&actions_, each, each);
    }
    for (int i = 0; i < 3 && refused == 0; ++i) {
      const int from = what.streams.at(static_cast<std::size_t>(i));
      if (from != i)
        refused = ::posix_spawn_file_actions_adddup2(&actions_, from, number(aside, i));
    }
    for (int i = 0; i < 3 && refused == 0; ++i) {
      if (what.streams.at(static_cast<std::size_t>(i)) == i) continue;
      refused = ::posix_spawn_file_actions_adddup2(&actions_, number(aside, i), i);
      if (refused == 0) {
        refused = ::posix_spawn_file_actions_addclose(&actions_, number(aside, i));
      }
    }
    if (refused == 0 && !what.folder.empty()) {
      refused = ::posix_spawn_file_actions_addchdir_np(&actions_, what.folder.c_str());
    }
    if (refused == 0 && what.own_group) {
      ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
    }
    return refused;
  }

  static int number(const std::array<int, 3>& numbers, int at) {
    return numbers.at(static_cast<std::size_t>(at));
  }
  /// Numbers that no stream and no inherited descriptor has.
  static std::array<int, 3> free_numbers(const ChildProgram& what) {
    std::array<int, 3> numbers{};
    int next = 3;
    for (int& each : numbers) {
      while (std::ranges::count(what.streams, next) + std::ranges::count(what.inherited, next)) {
        ++next;
      }
      each = next++;
    }
    return numbers;
  }

  [[nodiscard]] const posix_spawn_file_actions_t* actions() const noexcept { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// A relative folder in PATH starts at this process's folder, not at the child's.
Result<std::string> path_for_child(const std::string& name) {
  Result<std::string> path = program_path(name);
  if (!path || *path == name || path->front() == '/') return path;
  std::error_code unknown;
  return std::filesystem::absolute(*path, unknown).string();
}

}  // namespace

Result<std::int32_t> start_child(const ChildProgram& what) {
  // Not posix_spawnp: if one folder of PATH may not be entered, it answers EACCES for a program that is nowhere.
  const Result<std::string> file = path_for_child(what.file);
  if (!file) return tl::unexpected(file.error());
  Preparation preparation;
  if (const int refused = preparation.prepare(what)) return failure(refused, "posix_spawn");
  const std::vector<char*> arguments = pointers(what.arguments);
  std::vector<char*> variables;
  if (what.environment) variables = pointers(*what.environment);
  pid_t process = 0;
  const int refused =
      ::posix_spawn(&process, file->c_str(), preparation.actions(), preparation.attributes(),
                    arguments.data(), what.environment ? variables.data() : ::environ);
  if (refused != 0) return failure(refused, "posix_spawn");
  return process;
}

Result<ChildEnd> await_child(std::int32_t process) noexcept {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return failure(errno, "waitpid");
  }
  if (WIFSIGNALED(status)) {
    return ChildEnd{.code = static_cast<std::uint32_t>(WTERMSIG(status)), .killed = true};
  }
  return ChildEnd{.code = static_cast<std::uint32_t>(WEXITSTATUS(status)), .killed = false};
}

Status kill_process(std::int32_t process) noexcept {
  if (::kill(process, SIGKILL) != 0) return failure(errno, "kill");
  return {};
}

namespace {

constexpr const char* kFoldersWithoutPath = "/bin:/usr/bin";  // As execvp does.

/// 0, or why it cannot be run.
int refusal_of(const std::string& file) noexcept {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return ENOENT;
  if (!S_ISREG(facts.st_mode) || ::eaccess(file.c_str(), X_OK) != 0) return EACCES;
  return 0;
}

}  // namespace

Result<std::string> program_path(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  if (name.empty()) return failure(ENOENT, "find the program");
  const char* const path = std::getenv("PATH");
  const std::string_view folders = path ? path : kFoldersWithoutPath;
  int refusal = ENOENT;
  for (std::size_t from = 0; from <= folders.size();) {
    const std::size_t colon = std::min(folders.find(':', from), folders.size());
    const std::string_view folder = folders.substr(from, colon - from);
    std::string file = (folder.empty() ? "." : std::string{folder}) + '/' + name;
    const int refused = refusal_of(file);
    if (refused == 0) return file;
    if (refused == EACCES) refusal = EACCES;
    from = colon + 1;
  }
  return failure(refusal, "find the program");
}

}  // namespace wsalive::os

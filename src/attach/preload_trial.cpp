#include "attach/preload_trial.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/owned.hpp"

namespace wsalive::attach {
namespace {

constexpr int kPatienceMs = 5000;

[[noreturn]] void list_objects(const std::string& program, const std::string& name, int output) {
  const int nowhere = ::open("/dev/null", O_RDWR);
  ::dup2(nowhere, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  for (const char* other : {"LD_DEBUG", "LD_VERBOSE", "LD_BIND_NOW", "LD_WARN"}) ::unsetenv(other);
  ::setenv("LD_PRELOAD", with_preloaded(name).c_str(), 1);
  ::setenv("LD_TRACE_LOADED_OBJECTS", "1", 1);
  ::execl(program.c_str(), program.c_str(), nullptr);
  ::_exit(1);
}

/// To its end, or until patience does.
std::string read_all(int from) {
  std::string text;
  std::array<char, 4096> piece{};
  for (pollfd ready{from, POLLIN, 0}; ::poll(&ready, 1, kPatienceMs) == 1;) {
    const ssize_t got = ::read(from, piece.data(), piece.size());
    if (got <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return text;
}

/// What the loader would load, one object a line; empty if it says nothing.
std::string objects_of(const std::string& program, const std::string& name) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  const Fd from{ends[0]};
  Fd into{ends[1]};
  const pid_t child = ::fork();
  if (child < 0) return {};
  if (child == 0) list_objects(program, name, into.get());
  into.reset();
  std::string text = read_all(from.get());
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
  return text;
}

/// From the folder of whatever program up to the root, and from there to the library.
std::string by_origin(const std::string& library) {
  constexpr int kDeepestProgram = 64;
  std::string name = "$ORIGIN";
  for (int level = 0; level < kDeepestProgram; ++level) name += "/..";
  return name + library;
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

std::string preload_naming_obstacle(const std::string& library) {
  if (library.find_first_of(" :") == std::string::npos) return {};  // Where LD_PRELOAD parts names.
  return "LD_PRELOAD cannot carry a space or a colon, and the library is in " +
         std::filesystem::path{library}.parent_path().string();
}

PreloadTrial try_preload(const ProgramFile& program, const std::string& library) {
  if (std::string obstacle = preload_naming_obstacle(library); !obstacle.empty()) {
    return {{}, std::move(obstacle)};
  }
  const std::string file_name = std::filesystem::path{library}.filename().string();
  for (const std::string& name : {by_origin(library), library}) {
    const std::string objects = objects_of(program.loaded, name);
    if (mentions(objects, "libasan.so") || mentions(objects, "rt.asan")) {
      return {{},
              "the program is built with AddressSanitizer, which allows no library before its own"};
    }
    if (mentions(objects, file_name) && !mentions(objects, file_name + " => not found")) {
      return {name, {}};
    }
  }
  return {{}, "the program's loader does not take the library"};
}

std::string with_preloaded(const std::string& name) {
  const char* const present = std::getenv("LD_PRELOAD");
  return present && *present ? name + ":" + present : name;
}

}  // namespace wsalive::attach

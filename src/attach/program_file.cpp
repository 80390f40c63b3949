#include "attach/program_file.hpp"

#include <elf.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "base/owned.hpp"
#include "os/process/child.hpp"

namespace wsalive::attach {
namespace {

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#else
constexpr unsigned kMachine = EM_AARCH64;
#endif

constexpr int kMostScripts =
    4;  // A script's interpreter may be a script; the kernel has the same limit.

Result<std::string> look_up(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return ::access(name.c_str(), F_OK) == 0 ? Result<std::string>{name}
                                             : failure(errno, "find the program");
  }
  return os::program_path(name);
}

template <typename Part>
bool read_part(int file, std::size_t offset, Part& part) {
  return ::pread(file, &part, sizeof part, static_cast<off_t>(offset)) ==
         static_cast<ssize_t>(sizeof part);
}

std::string loader_in(int file, const Elf64_Phdr& header) {
  std::array<char, 256> loader{};
  const std::size_t size = std::min<std::size_t>(header.p_filesz, loader.size() - 1);
  static_cast<void>(!::pread(file, loader.data(), size, static_cast<off_t>(header.p_offset)));
  return loader.data();
}

/// Go's linker writes its own note into every program, static or not.
bool is_notes_of_go(int file, const Elf64_Phdr& header) {
  std::array<char, 4096> notes{};
  const std::size_t size = std::min<std::size_t>(header.p_filesz, notes.size());
  static_cast<void>(!::pread(file, notes.data(), size, static_cast<off_t>(header.p_offset)));
  constexpr std::string_view kName{"\4\0\0\0Go\0\0", 8};  // The note's type, then its owner.
  return std::string_view{notes.data(), size}.find(kName) != std::string_view::npos;
}

void look_into_elf(int file, ProgramFile& found) {
  Elf64_Ehdr elf{};
  if (!read_part(file, 0, elf) || elf.e_ident[EI_CLASS] != ELFCLASS64 ||
      elf.e_machine != kMachine) {
    return;
  }
  found.kind = ProgramKind::static_file;
  for (std::size_t i = 0; i < elf.e_phnum; ++i) {
    Elf64_Phdr header{};
    if (!read_part(file, elf.e_phoff + i * elf.e_phentsize, header)) return;
    if (header.p_type == PT_NOTE && is_notes_of_go(file, header)) {
      found.kind = ProgramKind::own_calls;
      return;
    }
    if (header.p_type != PT_INTERP) continue;
    const std::string loader = loader_in(file, header);
    found.kind = loader.find("/ld-linux") != std::string::npos ? ProgramKind::dynamic
                                                               : ProgramKind::other_libc;
    if (::access(loader.c_str(), F_OK) != 0) found.missing = loader;
  }
}

struct Interpreter {
  std::string named;  ///< The file that the kernel starts.
  std::string meant;  ///< For "#!/usr/bin/env python3" the next word, from PATH, as env does.
};

Interpreter interpreter_in(const std::string& line) {
  std::istringstream words{line.substr(2)};
  std::string first;
  std::string second;
  words >> first >> second;
  const bool by_env = first.ends_with("/env") && !second.empty() && !second.starts_with('-');
  return {first, by_env ? second : first};
}

/// The file that is finally loaded, and its kind.
ProgramFile look_into(const std::string& path, int depth) {
  const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  std::array<char, 256> head{};
  const ssize_t got = file ? ::read(file.get(), head.data(), head.size() - 1) : 0;
  const std::string_view text{head.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  ProgramFile found;
  found.path = found.loaded = path;
  found.is_readable = static_cast<bool>(file);
  if (text.starts_with("\177ELF")) look_into_elf(file.get(), found);
  if (!text.starts_with("#!") || depth == kMostScripts) return found;
  const Interpreter named = interpreter_in(std::string{text.substr(0, text.find('\n'))});
  if (::access(named.named.c_str(), F_OK) != 0) found.missing = named.named;
  const Result<std::string> interpreter = look_up(named.meant);
  return interpreter && found.missing.empty() ? look_into(*interpreter, depth + 1) : found;
}

bool gains_rights(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  if ((status.st_mode & S_ISUID) != 0 && status.st_uid != ::geteuid()) return true;
  if ((status.st_mode & S_ISGID) != 0 && (status.st_mode & S_IXGRP) != 0 &&
      status.st_gid != ::getegid())
    return true;
  return ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
}

}  // namespace

Result<ProgramFile> find_program(const std::string& name) {
  const Result<std::string> path = look_up(name);
  if (!path) return tl::unexpected(path.error());
  struct stat status {};
  const bool is_file = ::stat(path->c_str(), &status) == 0 && S_ISREG(status.st_mode);
  if (!is_file || ::access(path->c_str(), X_OK) != 0) return failure(EACCES, "execute the program");
  ProgramFile program = look_into(*path, 0);
  program.path = *path;
  program.gains_rights = gains_rights(*path);
  return program;
}

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

/// Until the end or the time-out.
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

/// The objects that the loader would load, one a line; empty if it prints nothing.
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

/// From the folder of any program up to the root, and from there to the library.
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
  if (library.find_first_of(" :") == std::string::npos) return {};  // The separators of LD_PRELOAD.
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

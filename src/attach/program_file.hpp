// A program's file: its kind, which decides how keep-alive can reach it, and whether its loader takes our library.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace wsalive::attach {

enum class ProgramKind : std::uint8_t {
  dynamic,      ///< Loaded by glibc's loader: a library can be preloaded.
  other_libc,   ///< Loaded by another loader (musl): ours would not load there.
  static_file,  ///< No loader.
  own_calls,    ///< Go: perhaps dynamic, but its connections bypass libc.
  other,        ///< No ELF file of this machine.
};

struct ProgramFile {
  std::string path;                       ///< As found in PATH.
  ProgramKind kind = ProgramKind::other;  ///< Of a script: its interpreter's.
  std::string loaded;                     ///< The file to load: of a script, its interpreter's.
  std::string missing;        ///< An interpreter or loader that it names and that does not exist.
  bool gains_rights = false;  ///< Set-user-ID, set-group-ID, or with file capabilities.
  bool is_readable = true;    ///< If not, reaching into it takes CAP_SYS_PTRACE.
};

/// Looks `name` up as execvp does and reads the head of the file.
/// Errors  ENOENT: not found. EACCES: found, and not executable or not readable.
[[nodiscard]] Result<ProgramFile> find_program(const std::string& name);

// Whether the loader of a program takes our library is asked of the loader itself: it lists what it would load
// (LD_TRACE_LOADED_OBJECTS), and the program does not start.

struct PreloadTrial {
  std::string name;      ///< The library's name for LD_PRELOAD.
  std::string obstacle;  ///< Why it cannot be loaded, as a part of a sentence; empty: it can.
};

/// Why LD_PRELOAD cannot name the library's path, as a part of a sentence; empty: it can.
[[nodiscard]] std::string preload_naming_obstacle(const std::string& library);

/// The name starts with $ORIGIN where that works: glibc's loader replaces it by the program's folder and finds the library,
/// while musl's does not know it and finds nothing. If musl's loader found the library, it could not link it and would stop the
/// program.
///
/// \param program  Of ProgramKind::dynamic, without gained rights.
/// Thread          The process must have one thread: children are forked.
[[nodiscard]] PreloadTrial try_preload(const ProgramFile& program, const std::string& library);

/// The value of LD_PRELOAD with the library in front.
[[nodiscard]] std::string with_preloaded(const std::string& name);

}  // namespace wsalive::attach

// What kind of file a program is, as far as it decides how it can be reached.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace wsalive::attach {

enum class ProgramKind : std::uint8_t {
  dynamic,      ///< Loaded by glibc's loader: a library can be preloaded.
  other_libc,   ///< Loaded by another loader (musl): ours would not load there.
  static_file,  ///< No loader.
  own_calls,    ///< Go: dynamic perhaps, but its connections pass every library by.
  other,        ///< No ELF file of this machine.
};

struct ProgramFile {
  std::string path;                       ///< As found in PATH.
  ProgramKind kind = ProgramKind::other;  ///< Of a script: its interpreter's.
  std::string loaded;         ///< The file that is loaded: of a script, its interpreter's.
  std::string missing;        ///< An interpreter or loader that it names and that is not there.
  bool gains_rights = false;  ///< Set-user-ID, set-group-ID, or with file capabilities.
  bool is_readable = true;    ///< If not, nothing may reach into it without CAP_SYS_PTRACE.
};

/// Looks `name` up as execvp does and reads the file's head.
/// Errors  ENOENT: not found. EACCES: found, and not executable or not readable.
[[nodiscard]] Result<ProgramFile> find_program(const std::string& name);

}  // namespace wsalive::attach

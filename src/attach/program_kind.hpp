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
  other,        ///< No ELF file of this machine.
};

struct ProgramFile {
  std::string path;                       ///< As found in PATH.
  ProgramKind kind = ProgramKind::other;  ///< Of a script: its interpreter's.
  bool gains_rights = false;              ///< Set-user-ID, set-group-ID, or with file capabilities.
};

/// Looks `name` up as execvp does and reads the file's head.
/// Errors  ENOENT: not found. EACCES: found, and not executable or not readable.
[[nodiscard]] Result<ProgramFile> find_program(const std::string& name);

}  // namespace wsalive::attach

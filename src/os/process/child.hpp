// Starting another program and waiting for its end.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace wsalive::os {

struct ChildProgram {
  std::string file;  ///< Looked for in PATH unless it has a slash.
  std::vector<std::string> arguments;
  std::optional<std::vector<std::string>> environment;  ///< NAME=VALUE; nullopt: this process's.
  std::string folder;                                   ///< Empty: this process's.
  std::array<int, 3> streams{0, 1, 2};                  ///< Its standard input, output and error.
  bool own_group = false;
  std::vector<int>
      inherited;  ///< Descriptors above 2 that stay open there, under the same numbers.
};

/// Starts it. Descriptors other than the three are closed there as their CLOEXEC says.
/// \return its number; ENOENT, EACCES, ENOEXEC and so on where it cannot be run.
[[nodiscard]] Result<std::int32_t> start_child(const ChildProgram& what);

/// How a child ended.
struct ChildEnd {
  std::uint32_t code = 0;  ///< Exit status, or the number of the signal that killed it.
  bool killed = false;
};

/// Waits for a child's end and reaps it. \return ECHILD if other code of the process did.
[[nodiscard]] Result<ChildEnd> await_child(std::int32_t process) noexcept;

/// Kills a process (SIGKILL). \return ESRCH if there is none.
[[nodiscard]] Status kill_process(std::int32_t process) noexcept;

/// Finds a program in PATH, as execvp does; a name with a slash is the path itself. A folder that may not be entered counts as
/// one without the program.
///
/// \return A file that may be run, its path relative only where `name` or PATH is. ENOENT: there is none. EACCES: the only files
///         of that name may not be run.
[[nodiscard]] Result<std::string> program_path(const std::string& name);

}  // namespace wsalive::os

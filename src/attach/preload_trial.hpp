// Whether the loader of a program takes our library, found out by asking the loader itself: it lists what it would load
// (LD_TRACE_LOADED_OBJECTS) and the program does not start.
#pragma once

#include <string>

#include "attach/program_kind.hpp"

namespace wsalive::attach {

struct PreloadTrial {
  std::string name;      ///< How LD_PRELOAD is to name the library.
  std::string obstacle;  ///< Why it cannot be loaded, as a part of a sentence; empty: it can.
};

/// Why no program can be given the library under its path, as a part of a sentence; empty: it can.
[[nodiscard]] std::string preload_naming_obstacle(const std::string& library);

/// The name starts with $ORIGIN where that works: glibc's loader puts the program's folder there and is led to the
/// library, while musl's knows no such word and finds nothing. It would stop a program that our library cannot be
/// linked to.
///
/// \param program  Loaded by glibc's loader (ProgramKind::dynamic), and gains no rights.
/// Thread          The process must have one thread: children are forked.
[[nodiscard]] PreloadTrial try_preload(const ProgramFile& program, const std::string& library);

/// LD_PRELOAD with the library in front of what is there already.
[[nodiscard]] std::string with_preloaded(const std::string& name);

}  // namespace wsalive::attach

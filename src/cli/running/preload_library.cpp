#include "cli/running/preload_library.hpp"

#include <unistd.h>

#include <filesystem>

namespace wsalive::cli {

std::string preload_library() {
  namespace fs = std::filesystem;
  std::error_code trouble;
  const fs::path folder = fs::read_symlink("/proc/self/exe", trouble).parent_path();
  for (const char* place : {WSALIVE_PRELOAD_FROM_BIN, "../src/attach"}) {
    const fs::path library = folder / place / "libwsalive-preload.so";
    if (::access(library.c_str(), R_OK) == 0)
      return fs::weakly_canonical(library, trouble).string();
  }
  return {};
}

}  // namespace wsalive::cli

#include "os/process/program_path.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace wsalive::os {
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

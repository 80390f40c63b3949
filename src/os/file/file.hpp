// Configuration files: read whole, replaced whole, and locked between processes.
//
// A reader never sees half a file and needs no lock, because a writer makes a new file beside the old
// one and renames it. Writers that read, change and replace hold a FileLock around the three.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// The longest configuration file that is read: a whole machine's `reg export` fits.
inline constexpr std::size_t kLongestFile = std::size_t{512} << 20;

/// The whole content of a regular file (symbolic links are followed).
/// Errors: those of open and read; EISDIR or EINVAL for what is no regular file, EFBIG.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

/// Which file stands at a path, so that a change is noticed without reading it.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t changed_ns = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// nullopt if there is nothing.
[[nodiscard]] std::optional<FileStamp> file_stamp(const std::string& path) noexcept;

/// Puts a file with this content in place of the one at `path`, or makes it; on disk when it returns.
///
/// Mode and, where allowed, owner of an existing file are kept; a symbolic link stays and its target
/// is replaced; a new file gets `mode`. On failure nothing has changed. A device, a pipe or a terminal is
/// written to as it is.
/// Errors: EACCES also for an existing file that this process may not write.
[[nodiscard]] Status replace_file(const std::string& path, std::string_view content,
                                  unsigned mode = 0644);

/// Makes the folder and its missing parents; fine if it exists.
[[nodiscard]] Status make_folders(const std::string& path, unsigned mode = 0755);

/// Excludes other writers of `path`, in this and in other processes, for its lifetime. The lock is a
/// file of its own beside `path` (`.NAME.lock`), because `path` itself is replaced.
class FileLock {
 public:
  /// Waits for at most `patience`. Errors: those of open; EWOULDBLOCK when the time is over.
  [[nodiscard]] static Result<FileLock> take(const std::string& path,
                                             std::chrono::milliseconds patience);

 private:
  explicit FileLock(Fd held) noexcept : held_(std::move(held)) {}
  Fd held_;
};

/// An environment variable; nullopt if it is absent, empty, or not to be trusted because the program
/// runs with more rights than its caller (AT_SECURE).
[[nodiscard]] std::optional<std::string> trusted_environment(const char* name);

// Switches of the kernel, as they stand below /proc/sys.

/// A number, by its path there: "kernel/yama/ptrace_scope". nullopt where the kernel has no such switch or hides it.
[[nodiscard]] std::optional<long> sysctl_number(std::string_view name);

}  // namespace wsalive::os

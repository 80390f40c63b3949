// Share modes: what the openers of one file may do beside each other. Exact within the process; between
// processes only "alone" against everybody else is known (os/file/data_file.hpp, lock_open_file).
#pragma once

#include <cstdint>

#include "os/file/data_file.hpp"

namespace wsalive::kernel {

/// What an opener does, or lets others do; bits. The numbers are those of FILE_SHARE_*.
enum FileUse : std::uint8_t { kReads = 1, kWrites = 2, kDeletes = 4 };

/// One opener's place in the book of open files, given back when it goes.
class FileShare {
 public:
  FileShare() noexcept = default;
  /// Enters an opener that does `use` and lets others do `shared`.
  /// \return an empty one if an opener that is there forbids it, or does what is not shared. Throws bad_alloc.
  [[nodiscard]] static FileShare enter(const os::FileIdentity& file, unsigned use, unsigned shared);

  FileShare(FileShare&& other) noexcept;
  FileShare& operator=(FileShare&& other) noexcept;
  FileShare(const FileShare&) = delete;
  FileShare& operator=(const FileShare&) = delete;
  ~FileShare() { leave(); }

  void leave() noexcept;
  [[nodiscard]] explicit operator bool() const noexcept { return entered_; }

 private:
  os::FileIdentity file_{};
  std::uint8_t use_ = 0;
  std::uint8_t shared_ = 0;
  bool entered_ = false;
};

/// Whether every opener of the file lets others delete it.
[[nodiscard]] bool may_delete(const os::FileIdentity& file) noexcept;

}  // namespace wsalive::kernel

// A file behind a handle: a disk file, an end of a pipe, a device, or a standard handle, whose descriptor
// belongs to the program's C library and not to us.
//
// The file's pointer is Linux' own, so that a process that inherits the file shares it. Operations on
// files end within the call that makes them, overlapped ones too: none is ever pending.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/owned.hpp"
#include "kernel/completion_port.hpp"
#include "kernel/object.hpp"
#include "os/file/data_file.hpp"

namespace wsalive::kernel {

// Share modes: what the openers of one file may do at the same time. Exact within the process; between
// processes only "alone" or "shared" is known (os/file/data_file.hpp, lock_open_file).

/// What an opener does, or lets others do; bits. The numbers are those of FILE_SHARE_*.
enum FileUse : std::uint8_t { kReads = 1, kWrites = 2, kDeletes = 4 };

/// One opener's entry in the process's book of open files, removed when it goes.
class FileShare {
 public:
  FileShare() noexcept = default;
  /// Enters an opener that does `use` and lets others do `shared`.
  /// \return an empty one if a present opener does not share `use`, or does what `shared` leaves out. Throws bad_alloc.
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

/// What is fixed when a file is opened.
struct FileTraits {
  std::uint8_t use = kReads | kWrites;  ///< FileUse: what its handle may do.
  bool overlapped = false;
  bool appends = false;
};

class File final : public Object {
 public:
  static constexpr Kind kKind = Kind::file;

  /// A standard handle.
  explicit File(int descriptor) noexcept : Object(kKind), descriptor_(descriptor) {}
  File(Fd owned, const FileTraits& traits, FileShare share = {}) noexcept
      : Object(kKind),
        owned_(std::move(owned)),
        descriptor_(owned_.get()),
        traits_(traits),
        share_(std::move(share)) {}

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] int inheritable_descriptor() const noexcept override { return owned_.get(); }
  [[nodiscard]] const FileTraits& traits() const noexcept { return traits_; }
  [[nodiscard]] bool may(FileUse use) const noexcept { return (traits_.use & use) != 0; }

  /// Deletes the file with its last handle, if the path still leads to it.
  void delete_on_close(std::string path) noexcept { delete_path_ = std::move(path); }

  /// From now on the port gets the packets of the file's overlapped operations. \return false if the file has a port already.
  [[nodiscard]] bool associate(Ref<CompletionPort> port, std::uintptr_t key) noexcept;
  struct Association {
    Ref<CompletionPort> port;
    std::uintptr_t key = 0;
    std::uint8_t modes = 0;
  };
  [[nodiscard]] Association association() noexcept;
  /// FILE_SKIP_* bits; once set they stay.
  void add_modes(std::uint8_t modes) noexcept;

 protected:
  void last_handle_closed() noexcept override;

 private:
  Fd owned_;
  const int descriptor_;
  const FileTraits traits_;
  FileShare share_;
  std::string delete_path_;
  std::mutex mutex_;  // Guards what follows.
  Association association_;
};

}  // namespace wsalive::kernel

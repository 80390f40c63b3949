// A file behind a handle: a disk file, an end of a pipe, a device, or a standard handle, whose descriptor
// belongs to the program's C library and not to us.
//
// The file's pointer is the kernel's own, so that a process that inherits the file shares it. Operations on
// files end within the call that makes them, overlapped ones too: nothing is ever pending.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/fd.hpp"
#include "kernel/completion_port.hpp"
#include "kernel/object.hpp"
#include "os/file/data_file.hpp"

namespace wsalive::kernel {

// Share modes: what the openers of one file may do beside each other. Exact within the process; between
// processes only "alone" against everybody else is known (os/file/data_file.hpp, lock_open_file).

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

/// What an open file is from birth.
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

  /// The name goes with the last handle, if it is still this file's.
  void delete_on_close(std::string path) noexcept { doomed_ = std::move(path); }

  /// Makes the port hear of the file's overlapped operations. \return false if one does already.
  [[nodiscard]] bool associate(Ref<CompletionPort> port, std::uintptr_t key) noexcept;
  struct Listener {
    Ref<CompletionPort> port;
    std::uintptr_t key = 0;
    std::uint8_t modes = 0;
  };
  [[nodiscard]] Listener listener() noexcept;
  /// FILE_SKIP_* bits; once set they stay.
  void add_modes(std::uint8_t modes) noexcept;

 protected:
  void last_handle_closed() noexcept override;

 private:
  Fd owned_;
  const int descriptor_;
  const FileTraits traits_;
  FileShare share_;
  std::string doomed_;
  std::mutex mutex_;  // Guards what follows.
  Listener listener_;
};

}  // namespace wsalive::kernel

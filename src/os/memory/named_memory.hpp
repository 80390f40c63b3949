// Memory that processes of one user share by a name, and that is gone when the last of them closes it, exits
// or dies.
//
// Each name is a folder within the user's own with one file in it (named_entry.hpp): a header page, then the
// data. No call waits for a lock here, so that no process hangs because another is stopped or was forked:
//
//   - A name appears complete: the folder is made under another name and renamed to this one, which the kernel does
//     only where there is no such folder, or an empty one.
//   - A process that has the file open holds a shared lock on it (of the open file, so that the last copy of the
//     descriptor releases it). No process takes an exclusive lock; a process only asks whether others hold theirs. A file that
//     no process holds is left from a crash and counts as absent; a process that makes a name removes some of those
//     (named_leftovers.cpp).
//   - A counter in the header moves with each process that arrives. A process that finds the file not held closes the counter,
//     unless it has moved meanwhile. From then on no process can arrive, and the file is removed from its folder, by the
//     folder's descriptor: never from a later folder of the same name.
//
// A process that ends by exit() gives its names up; their memory stays good for threads that still run.
//
// In the child of a fork each object has a lock of its own (before_fork, in_parent, in_child).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/intrusive_list.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// An object that has a name is in the process's list of those.
class NamedMemory : private Link {
 public:
  static constexpr std::size_t kHeaderBytes = 4096;
  enum class Open : std::uint8_t { create, existing };

  /// Opens a name, or makes it.
  ///
  /// \param name        Any bytes; empty makes memory without a name, to which only this object leads.
  /// \param data_bytes  Size of new memory's data, zeroed; existing memory keeps its size.
  /// \param header      First bytes of new memory's header, at most half of kHeaderBytes.
  /// \return ENOENT where Open::existing finds none; ENOSPC where there is no room for new memory (memory with a name reserves
  ///         its room at once); EFBIG beyond RLIMIT_FSIZE; other refusals of the host.
  [[nodiscard]] static Result<NamedMemory> open(std::string_view name, Open how,
                                                std::size_t data_bytes,
                                                std::span<const std::byte> header);

  /// The memory behind a descriptor that this process has inherited.
  [[nodiscard]] static Result<NamedMemory> open_inherited(Fd held);

  NamedMemory(NamedMemory&& other) noexcept;
  NamedMemory& operator=(NamedMemory&&) = delete;
  NamedMemory(const NamedMemory&) = delete;
  NamedMemory& operator=(const NamedMemory&) = delete;
  ~NamedMemory();

  [[nodiscard]] bool created() const noexcept { return created_; }
  [[nodiscard]] void* header() const noexcept { return header_; }
  [[nodiscard]] std::size_t data_bytes() const noexcept { return data_bytes_; }
  /// The file; its data begins at kHeaderBytes.
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// The same, for a child process to inherit: the child then holds the name, too.
  [[nodiscard]] int hand_down() const noexcept {
    handed_down_ = true;
    return fd_.get();
  }

  /// At the process's end: gives all names up, as closing them would. The memory stays mapped.
  static void leave_all() noexcept;

  /// Around a fork, for all objects: gives the child open files of its own, and with them its own locks.
  static void before_fork() noexcept;
  static void in_parent() noexcept;
  static void in_child() noexcept;

 private:
  friend IntrusiveList<NamedMemory>;
  NamedMemory() noexcept = default;

  Status open_name(const std::string& in, Open how, std::size_t data_bytes,
                   std::span<const std::byte> header);
  Status enter();
  void enlist() noexcept;
  Status make(const std::string& in, std::size_t data_bytes, std::span<const std::byte> header);
  Status make_in(int folder, std::size_t data_bytes, std::span<const std::byte> header);
  Status fill(std::size_t data_bytes, std::span<const std::byte> header);
  Status map();
  void take_name() noexcept;
  bool move_to(const Fd& other) noexcept;
  void let_go() noexcept;
  void close_if_last() noexcept;
  static void sweep(const std::string& in, std::size_t most);
  void close_if_left() noexcept;
  void release() noexcept;
  [[nodiscard]] std::atomic<std::uint64_t>& arrivals() const noexcept;

  Fd fd_;
  Fd spare_;          ///< While a fork is made.
  std::string path_;  ///< The name's folder.
  void* header_ = nullptr;
  std::size_t data_bytes_ = 0;
  bool created_ = false;
  mutable std::atomic<bool> handed_down_{false};
};

}  // namespace wsalive::os

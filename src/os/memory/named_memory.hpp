// Memory that processes of one user share by a name, and that is gone when the last of them closes it, exits
// or dies.
//
// Each name is a folder within the user's own (user_folder.hpp) with one file in it: a header page, then the
// data. No call waits for a lock here, so that no process hangs because another is stopped or was forked:
//
//   - A name comes into being whole: the folder is made under another name, and renamed to this one, which the kernel does
//     only where there is none, or an empty one.
//   - Who has the file open holds a shared lock on it (of the open file, so that it goes with the last copy of the
//     descriptor); no process takes an exclusive one, the others are only asked for. A file that no process holds is left from a
//     crash and counts as absent; who makes a name sweeps some of those away (named_leftovers.cpp).
//   - A counter in the header moves with each arrival. A process that finds the file not held closes the counter, unless
//     it has moved meanwhile; then no process arrives any more, and the file is removed from its folder, by the folder's descriptor:
//     never from a later folder of the same name.
//
// A process that ends by exit() leaves its names; their memory stays good for threads that still run.
//
// In the child of a fork each object has a lock of its own (the *_fork functions).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/intrusive_list.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// One with a name is linked among all that have one.
class NamedMemory : private Link {
 public:
  static constexpr std::size_t kHeaderBytes = 4096;
  enum class Open : std::uint8_t { create, existing };

  /// Opens a name, or makes it.
  ///
  /// \param name        Any bytes; empty makes memory without a name, that only this object leads to.
  /// \param data_bytes  Size of a new one's data, zeroed; an old one keeps its own.
  /// \param header      First bytes of a new one's header, at most half of kHeaderBytes.
  /// \return ENOENT for an existing one that does not exist, or the host's refusal: ENOSPC where a new one has no room (one with
  ///         a name has all of it from the beginning), EFBIG beyond RLIMIT_FSIZE.
  [[nodiscard]] static Result<NamedMemory> open(std::string_view name, Open how,
                                                std::size_t data_bytes,
                                                std::span<const std::byte> header);

  /// The memory behind a descriptor that another process has handed down.
  [[nodiscard]] static Result<NamedMemory> adopt(Fd held);

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
  /// The same, to be inherited by another process: that holds the name then, too.
  [[nodiscard]] int hand_down() const noexcept {
    handed_down_ = true;
    return fd_.get();
  }

  /// At the process's end: gives all names up, as closing would. The memory stays.
  static void leave_all() noexcept;

  /// Around a fork, of all that there are: the child gets its own open files, and its own locks with them.
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

/// Whether a thread of any process lives. A process that has ended does not, whether its parent knows or not.
[[nodiscard]] bool thread_lives(std::int32_t process, std::int32_t thread) noexcept;

}  // namespace wsalive::os

// Memory that processes of one user share by a name, and that is gone when the last of them closes it
// or dies.
//
// Each name is a file below /dev/shm/wsalive-UID: a header page of ours, then the data. Who has it
// open holds a shared flock on it; a file that nobody holds is left from a crash and counts as absent.
// Opening and closing are serialised by a lock of the folder, so that "the first" and "the last" are
// exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace wsalive::os {

class NamedMemory {
 public:
  static constexpr std::size_t kHeaderBytes = 4096;
  enum class Open : std::uint8_t { create, existing };

  /// Opens a name, or makes it.
  ///
  /// \param name        Any bytes; empty makes memory without a name, that only this object leads to.
  /// \param data_bytes  Size of a new one's data, zeroed; an old one keeps its own.
  /// \param header      First bytes of a new one's header, at most kHeaderBytes.
  /// \return ENOENT for an existing one that does not exist, or the host's refusal.
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

 private:
  NamedMemory() noexcept = default;
  Status open_file(const std::string& path, Open how);
  Status fill(std::size_t data_bytes, std::span<const std::byte> header);
  Status map();
  void take_name();

  Fd fd_;
  std::string path_;
  void* header_ = nullptr;
  std::size_t data_bytes_ = 0;
  bool created_ = false;
};

/// Whether a thread of any process lives.
[[nodiscard]] bool thread_lives(std::int32_t process, std::int32_t thread) noexcept;

}  // namespace wsalive::os

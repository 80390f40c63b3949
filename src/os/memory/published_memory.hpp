// Memory that other processes may read: a sealed memfd, found by its name in /proc/PID/fd.
//
// Only the mapping made here can be written: the seals let no other process map it writable, nor change its
// size, nor take a seal away.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

class PublishedMemory {
 public:
  /// Zeroed memory of that size; pages come into being when they are written.
  [[nodiscard]] static Result<PublishedMemory> create(const char* name, std::size_t size) noexcept;

  PublishedMemory(PublishedMemory&& other) noexcept;
  PublishedMemory& operator=(PublishedMemory&&) = delete;
  PublishedMemory(const PublishedMemory&) = delete;
  PublishedMemory& operator=(const PublishedMemory&) = delete;
  ~PublishedMemory();

  [[nodiscard]] std::byte* data() const noexcept { return memory_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return memory_.size(); }

 private:
  PublishedMemory(Fd fd, std::span<std::byte> memory) noexcept
      : fd_(std::move(fd)), memory_(memory) {}

  Fd fd_;
  std::span<std::byte> memory_;
};

/// Published memory of another process, which is not trusted. It is copied and never mapped: the owner could shorten an
/// unsealed file under a mapping.
class ForeignMemory {
 public:
  /// \param held  A copy of the owner's descriptor; untouched on failure. EINVAL: it is no memfd, or not sealed as published
  ///              memory is.
  [[nodiscard]] static Result<ForeignMemory> of(Fd&& held) noexcept;

  /// \return false if the memory has fewer octets.
  [[nodiscard]] bool copy(std::uint64_t at, void* into, std::size_t size) const noexcept;

 private:
  explicit ForeignMemory(Fd held) noexcept : fd_(std::move(held)) {}
  Fd fd_;
};

}  // namespace wsalive::os

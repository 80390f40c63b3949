// Plain reading and writing of descriptors that belong to the program: its standard streams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"

namespace wsalive::os {

enum class DescriptorKind : std::uint8_t { closed, disk, character, pipe, other };

[[nodiscard]] DescriptorKind descriptor_kind(int descriptor) noexcept;

/// Writes all of it, however often the kernel stops in between. \return EFBIG beyond RLIMIT_FSIZE, without SIGXFSZ.
[[nodiscard]] Status write_all(int descriptor, std::span<const std::byte> bytes) noexcept;

/// Reads what is there, 0 bytes at the end.
[[nodiscard]] Result<std::size_t> read_some(int descriptor, std::span<std::byte> into) noexcept;

/// Whether reading would give something at once.
[[nodiscard]] bool is_readable_now(int descriptor) noexcept;

/// Whether nobody writes to a pipe any more.
[[nodiscard]] bool is_at_end(int pipe) noexcept;

/// Reads one byte from a terminal without waiting for the end of the line, shown or not; from anything
/// else as it is. \return -1 at the end.
[[nodiscard]] int read_key(int descriptor, bool echo) noexcept;

}  // namespace wsalive::os

// Plain reading and writing of descriptors that belong to the program: its standard streams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

enum class DescriptorKind : std::uint8_t { closed, disk, character, pipe, other };

[[nodiscard]] DescriptorKind descriptor_kind(int descriptor) noexcept;

/// Writes all of it, however often the kernel stops in between. \return EFBIG beyond RLIMIT_FSIZE, without SIGXFSZ.
[[nodiscard]] Status write_all(int descriptor, std::span<const std::byte> bytes) noexcept;

/// Reads what is there, 0 bytes at the end.
[[nodiscard]] Result<std::size_t> read_some(int descriptor, std::span<std::byte> into) noexcept;

/// Whether a read would return at once.
[[nodiscard]] bool is_readable_now(int descriptor) noexcept;

/// Whether all writers of a pipe are gone.
[[nodiscard]] bool is_at_end(int pipe) noexcept;

/// Reads one byte, from a terminal without waiting for the end of the line. \return -1 at the end.
///
/// \param echo  Whether a terminal shows it.
[[nodiscard]] int read_key(int descriptor, bool echo) noexcept;

// How many descriptors this process may have open.

/// Raises the limit towards `wanted` as far as the hard limit allows. \return what it is now.
std::size_t raise_descriptor_limit(std::size_t wanted) noexcept;

// The library keeps its own descriptors at high numbers: programs use the low ones for their sockets.

/// Moves the descriptor to a high number if one is free, and leaves it where it is if not. An empty Fd stays empty,
/// errno untouched. Close-on-exec.
[[nodiscard]] Fd out_of_the_way(Fd fd) noexcept;

/// Whether enough numbers stay free for the program. `lowest_free` is the lowest number that was free. For descriptors that
/// the library can do without.
[[nodiscard]] bool leaves_descriptors(int lowest_free) noexcept;

}  // namespace wsalive::os

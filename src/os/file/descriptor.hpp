// Plain reading and writing of descriptors that belong to the program: its standard streams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/fd.hpp"
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

/// Whether all writers of a pipe are gone.
[[nodiscard]] bool is_at_end(int pipe) noexcept;

/// Reads one byte from a terminal without waiting for the end of the line, shown or not; from anything
/// else as it is. \return -1 at the end.
[[nodiscard]] int read_key(int descriptor, bool echo) noexcept;

// How many descriptors this process may have open.

/// Raises the limit towards `wanted` as far as the hard limit allows. \return what it is now.
std::size_t raise_descriptor_limit(std::size_t wanted) noexcept;

// The library's descriptors stay out of the way: programs keep sockets in small numbers.

/// The same file under a high number, if there is one free; else as it is. An empty Fd stays empty,
/// errno untouched. Close-on-exec.
[[nodiscard]] Fd out_of_the_way(Fd fd) noexcept;

/// Whether the program has descriptors left beside this one, the lowest that was free: what it can do without is not for us
/// to take from it.
[[nodiscard]] bool leaves_some(int lowest_free) noexcept;

}  // namespace wsalive::os

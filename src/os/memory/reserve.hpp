// Room for memory that is a file: asked for when it is made, because a write to memory for which there is none left raises
// SIGBUS.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace wsalive::os {

/// Lets an empty file grow to `size` octets of zeros, of which the first 64 MiB are there from then on. For more there was room
/// at that moment.
///
/// Errors  ENOSPC, at once where less is free than is wanted; EFBIG beyond RLIMIT_FSIZE. What has grown stays, for the caller
///         to drop.
/// Thread  Any; never waits, and signals do not end it.
[[nodiscard]] Status reserve_memory(int fd, std::uint64_t size) noexcept;

}  // namespace wsalive::os

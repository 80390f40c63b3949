// Pages of memory: reserving, committing, protecting, sharing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.hpp"

namespace wsalive::os {

/// What a page may be used for; bits.
inline constexpr unsigned kNoUse = 0, kRead = 1, kWrite = 2, kExecute = 4;

[[nodiscard]] std::size_t page_bytes() noexcept;

/// Fresh zeroed pages at a multiple of `alignment`.
/// \param at  Where exactly they must lie, or nullptr for anywhere. Nothing else may be there.
[[nodiscard]] Result<void*> new_pages(void* at, std::size_t bytes, std::size_t alignment,
                                      unsigned use);

[[nodiscard]] Status protect_pages(void* at, std::size_t bytes, unsigned use) noexcept;

/// Gives the contents back to the system; the addresses stay reserved and cannot be used.
[[nodiscard]] Status empty_pages(void* at, std::size_t bytes) noexcept;

void free_pages(void* at, std::size_t bytes) noexcept;

/// A file's pages. `copy`: writes stay this process's own.
[[nodiscard]] Result<void*> map_file(int fd, std::uint64_t offset, std::size_t bytes, unsigned use,
                                     bool copy);

/// What the page at an address may be used for now; nullopt where there is none.
[[nodiscard]] std::optional<unsigned> page_use(const void* at);

}  // namespace wsalive::os

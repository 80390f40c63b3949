// The block of memory in which a process tells its child what it has handed down.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// Memory with this content, to be handed down by its descriptor.
[[nodiscard]] Result<Fd> make_block(std::span<const std::byte> content) noexcept;

/// The content of such a block, which is closed; empty if the descriptor is none. Throws std::bad_alloc.
[[nodiscard]] std::vector<std::byte> take_block(int fd);

/// Keeps a descriptor from the programs that this process starts. \return false if it is not open.
[[nodiscard]] bool keep_from_children(int fd) noexcept;

/// Takes a variable out of the environment. \return what it was, "" if there was none or it is not to be trusted.
[[nodiscard]] std::string take_variable(const char* name);

}  // namespace wsalive::os

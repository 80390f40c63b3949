// How many descriptors this process may have open.
#pragma once

#include <cstddef>

namespace wsalive::os {

/// Raises the limit towards `wanted` as far as the hard limit allows. \return what it is now.
std::size_t raise_descriptor_limit(std::size_t wanted) noexcept;

}  // namespace wsalive::os

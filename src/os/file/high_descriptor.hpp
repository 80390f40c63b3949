// Descriptors of ours stay out of the way: programs keep sockets in small numbers.
#pragma once

#include "base/fd.hpp"

namespace wsalive::os {

/// The same file under a high number, if there is one free; else as it is. An empty Fd stays empty,
/// errno untouched. Close-on-exec.
[[nodiscard]] Fd out_of_the_way(Fd fd) noexcept;

/// Whether the program has descriptors left beside this one, the lowest that was free: what it can do without is not for us
/// to take from it.
[[nodiscard]] bool leaves_some(int lowest_free) noexcept;

}  // namespace wsalive::os

// What this host makes of the settings that `wsalive explain` is asked about, in words.
#pragma once

#include <string>

#include "cli/explain/scene.hpp"

namespace wsalive::cli::explain {

/// In programs on our library: what is exact, and what takes a right.
[[nodiscard]] std::string host_words(const Scene& scene);

/// In programs that the kernel keeps alone, with both ends of its instants; empty where no probe ever leaves.
[[nodiscard]] std::string others_words(const Scene& scene);

}  // namespace wsalive::cli::explain

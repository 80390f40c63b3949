// Runs a program of the host to its end: input as text, output as text, no shell in between.
//
// Used to set up made-up networks with the host's own `ip` and `nft`. The child starts in the
// namespaces of the calling thread. Any thread may call.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace wsalive::lab {

/// Why a step of a set-up failed: a sentence for a person, with the program's own output.
using Trouble = std::string;

template <typename T>
using Setup = tl::expected<T, Trouble>;

/// Runs `words[0]`, looked for in PATH and in the system's sbin folders, with `input` as its
/// standard input, and waits for its end.
///
/// \return What it wrote to standard output and error. A Trouble if it cannot be started, is killed
///         or ends with a status other than 0.
[[nodiscard]] Setup<std::string> run_command(const std::vector<std::string>& words,
                                             std::string_view input = {});

}  // namespace wsalive::lab

// What is to be said below the table of sockets that were set: what the kernel makes of the values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/live/set_sockets.hpp"

namespace wsalive::cli {

/// By an engine of ours inside its program; what the kernel has is then not the truth.
[[nodiscard]] bool is_driven_inside(const Connection& connection);

/// \param path_timeout  After so much silence the path forgets a connection, where that was said.
[[nodiscard]] std::vector<std::string> notes_of(const std::vector<SetRow>& rows,
                                                std::optional<policy::Millis> path_timeout);

}  // namespace wsalive::cli

// A live socket as a scene: what is in force on it, and what would become of it if its peer fell silent now.
#pragma once

#include "cli/explain/scene.hpp"
#include "cli/live/connections.hpp"

namespace wsalive::cli::explain {

/// \param only  The one socket, with the defaults of its network.
[[nodiscard]] Scene live_scene(const Connections& only, const Wish& wish);

/// What is so at this moment, in sentences; one a line.
[[nodiscard]] std::vector<std::string> live_words(const Live& live, const policy::Timing& timing);

}  // namespace wsalive::cli::explain

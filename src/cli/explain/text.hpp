// A Scene in words.
#pragma once

#include <string>

#include "cli/explain/scene.hpp"
#include "cli/frame/report.hpp"

namespace wsalive::cli::explain {

/// One subject at length, or several side by side.
[[nodiscard]] std::string scene_text(const Scene& scene, const Page& page);

/// "probe 3 is answered"; `number` counts the unanswered probes so far.
[[nodiscard]] std::string event_words(policy::Happening what, std::uint32_t number);

}  // namespace wsalive::cli::explain

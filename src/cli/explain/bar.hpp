// A subject's events as one line of text, drawn to scale behind the silence.
#pragma once

#include <string>

#include "cli/explain/scene.hpp"
#include "cli/frame/report.hpp"

namespace wsalive::cli::explain {

/// The line and below it its instants; ends with a line end.
[[nodiscard]] std::string bar(const Scene& scene, const Subject& subject, const Page& page);

}  // namespace wsalive::cli::explain

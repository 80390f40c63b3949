// A Scene as an SVG picture: one lane for each subject, with the silence, the probes, what the path still
// remembers, and the end.
#pragma once

#include <string>

#include "cli/explain/scene.hpp"

namespace wsalive::cli::explain {

[[nodiscard]] std::string picture_of(const Scene& scene);

}  // namespace wsalive::cli::explain

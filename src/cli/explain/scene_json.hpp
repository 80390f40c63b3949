// A Scene as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cli/explain/scene.hpp"

namespace wsalive::cli::explain {

[[nodiscard]] nlohmann::ordered_json scene_json(const Scene& scene);

}  // namespace wsalive::cli::explain

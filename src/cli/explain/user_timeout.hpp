// What TCP_USER_TIMEOUT does to a connection, in the sentences of `wsalive explain`.
#pragma once

#include <string>

#include "cli/explain/scene.hpp"

namespace wsalive::cli::explain {

/// To the series of probes, where the kernel keeps the connection alone.
[[nodiscard]] std::string in_place_of_count(policy::Millis user_timeout, std::uint8_t probes);

/// To data that waits for its acknowledgement; and what ends that without one.
[[nodiscard]] std::string data_words(const Scene& scene);

}  // namespace wsalive::cli::explain

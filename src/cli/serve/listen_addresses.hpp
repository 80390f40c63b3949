// --listen: the addresses of `wsalive serve`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/frame/command.hpp"
#include "path/serve/server.hpp"

namespace wsalive::cli::serve {

/// "7350" (every address of this host, both families), "ADDRESS", "ADDRESS:PORT". Failures: no address, not allowed, in
/// use; then nothing stays open.
[[nodiscard]] Fallible<std::vector<path::serve::Listener>> open_listeners(std::string_view where);

/// "0.0.0.0:7350 and [::]:7350"
[[nodiscard]] std::string names_of(const std::vector<path::serve::Listener>& listeners);

}  // namespace wsalive::cli::serve

// Where `wsalive serve` listens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "cli/command.hpp"
#include "os/address.hpp"

namespace wsalive::cli::serve {

struct Listener {
  Fd fd;
  os::Endpoint at;  ///< With the port that was given.
};

/// "7350" (every address of this host, both families), "ADDRESS", "ADDRESS:PORT". Failures: no address, not allowed, in
/// use; nothing is open then.
[[nodiscard]] Fallible<std::vector<Listener>> open_listeners(std::string_view where);

/// "0.0.0.0:7350 and [::]:7350"
[[nodiscard]] std::string names_of(const std::vector<Listener>& listeners);

}  // namespace wsalive::cli::serve

// How many segments have arrived on a connection: counts probes that no other interface shows.
#pragma once

#include <cstdint>

#include "engine/host.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {

/// 0 where the socket is none.
[[nodiscard]] inline std::uint32_t segments_at(SOCKET s) {
  const auto facts = engine::os_host().facts(wsalive_fd(s));
  return facts ? facts->segments_in : 0;
}

}  // namespace wsalive::test

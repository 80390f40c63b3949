// Why a connection ended. Linux says ETIMEDOUT both for unanswered probes and for unacknowledged
// data; what is left in the socket's records tells them apart (K-90, K-91).
#pragma once

#include "engine/engine.hpp"
#include "engine/host.hpp"

namespace wsalive::engine {

/// What an errno of the kernel's call and the socket's records say. The records stay readable until
/// the descriptor is closed or connected again.
[[nodiscard]] CloseCause close_cause_from_records(Host& host, int fd, int error) noexcept;

}  // namespace wsalive::engine

// errno becomes a Windows code here and nowhere else.
#pragma once

#include "base/wsa_error.hpp"

namespace wsalive::os {

/// The Windows code for an errno of a socket call. 0 is none; an errno that no row names becomes
/// invalid_argument. What depends on the call (EINPROGRESS of connect, ETIMEDOUT of a dead connection)
/// is decided by the caller before it asks.
[[nodiscard]] WsaError wsa_error(int error) noexcept;

}  // namespace wsalive::os

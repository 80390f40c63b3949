// No exception crosses an exported function: where memory runs out in a call that allocates, the call
// answers with a code.
#pragma once

#include <new>

#include "base/wsa_error.hpp"

namespace wsalive::winsock {

/// Runs `body`, which returns a WsaError.
template <typename Body>
[[nodiscard]] WsaError guarded(Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return WsaError::no_buffers;
  }
}

}  // namespace wsalive::winsock

// SIO_GET_EXTENSION_FUNCTION_POINTER (K-103).
#pragma once

#include "winsock/options/ioctl.hpp"

namespace wsalive::winsock {

/// In: a GUID; out: the function's address. WSAEFAULT for short or bad buffers, WSAEINVAL for a GUID that no function
/// knows.
[[nodiscard]] WsaError give_extension_function(const IoctlCall& call, std::uint32_t& written);

}  // namespace wsalive::winsock

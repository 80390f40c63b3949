// How a descriptor becomes a socket of the table.
#pragma once

#include <tl/expected.hpp>

#include "base/wsa_error.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

using NewSocket = tl::expected<Handle, WsaError>;

/// Makes the entry of a new descriptor, or closes it and answers WSAEMFILE.
[[nodiscard]] NewSocket enter_table(int fd, const Traits& traits) noexcept;

}  // namespace wsalive::winsock

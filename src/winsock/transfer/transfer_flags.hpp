// The flags of send and receive calls: Windows' numbers become ours.
#pragma once

#include <optional>

#include "os/socket/socket_io.hpp"

namespace wsalive::winsock {

/// os::TransferFlag bits; nullopt for a flag that the direction does not know (WSAEOPNOTSUPP).
[[nodiscard]] std::optional<unsigned> send_flags(unsigned windows) noexcept;
[[nodiscard]] std::optional<unsigned> receive_flags(unsigned windows) noexcept;

}  // namespace wsalive::winsock

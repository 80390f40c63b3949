// Who may hold a port together with a socket, in the kernel's terms.
#pragma once

#include <cstdint>

namespace wsalive::os {

enum class Share : std::uint8_t { no, yes };

/// SO_REUSEADDR: with connections in TIME_WAIT (of sockets that had it too); on datagram sockets with live
/// ones.
void share_with_ended(int fd, Share share) noexcept;

/// With live sockets of the same user that share too: SO_REUSEPORT, and on datagram sockets SO_REUSEADDR,
/// where the newest one receives.
void share_with_live(int fd, Share share) noexcept;

}  // namespace wsalive::os

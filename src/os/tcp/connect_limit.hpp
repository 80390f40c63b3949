// How long a connection request is tried (K-116): Windows gives up after about 21 s, Linux after 127 s.
#pragma once

namespace wsalive::os {

/// For a request whose end we wait for: exactly 21 s, by TCP_USER_TIMEOUT, which counts for more than
/// the request and must be given back afterwards. `own_ms` is the socket's own value, 0 for none; a
/// shorter one holds for the request, too.
void limit_awaited_connect(int fd, int own_ms) noexcept;
void unlimit_awaited_connect(int fd, int own_ms) noexcept;

/// For a request that goes on by itself: three retransmissions of the SYN (TCP_SYNCNT), which end after 19 s
/// (Linux 6.5 and later, where the first ones are a second apart) or 15 s, and which nothing later meets.
void limit_pending_connect(int fd) noexcept;

}  // namespace wsalive::os

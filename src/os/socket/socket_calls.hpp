// System calls that make, name and connect sockets. Every descriptor is CLOEXEC. Results are a
// descriptor or 0, or an errno below 0.
#pragma once

#include <cstdint>

#include "os/socket/socket_address.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::os {

enum class SocketType : std::uint8_t { stream, datagram, raw };

/// `protocol` is the number by which both worlds know it (TCP is 6), or 0. IPv6 sockets are made for IPv6
/// alone, as on Windows (K-113).
[[nodiscard]] int create_socket(Family family, SocketType type, int protocol) noexcept;

/// Whether an errno of `create_socket` means that sockets of that family are refused altogether.
[[nodiscard]] bool is_refused_altogether(int error) noexcept;

void close_socket(int fd) noexcept;

[[nodiscard]] int bind_socket(int fd, const SocketAddress& address) noexcept;
[[nodiscard]] int listen_on(int fd, int backlog) noexcept;
[[nodiscard]] int connect_socket(int fd, const SocketAddress& address) noexcept;
/// Removes a datagram socket's peer.
[[nodiscard]] int disconnect_socket(int fd) noexcept;

enum class Blocking : std::uint8_t { yes, no };
/// `from` may be nullptr.
[[nodiscard]] int accept_on(int fd, Blocking accepted, SocketAddress* from) noexcept;

enum class End : std::uint8_t { own, peer };
[[nodiscard]] int name_of(int fd, End end, SocketAddress& name) noexcept;

[[nodiscard]] int set_blocking(int fd, Blocking blocking) noexcept;
/// As it is now; yes where it cannot be asked.
[[nodiscard]] Blocking blocking_of(int fd) noexcept;

/// Makes `fd` lead to the socket `by`, and closes `by`.
void replace_socket(int fd, int by) noexcept;

/// Takes the pending error, which the kernel then forgets: an errno, 0 if none.
[[nodiscard]] int take_pending_error(int fd) noexcept;

/// FIONREAD: bytes that a receive would find (of a datagram socket, those of the next message); or an errno
/// below 0.
[[nodiscard]] long unread_bytes(int fd) noexcept;

/// SIOCATMARK: 1 if the next byte to receive is the one behind the out-of-band mark, else 0; or an errno
/// below 0.
[[nodiscard]] int is_at_mark(int fd) noexcept;

/// TCP_INFO's first byte alone; TcpState::close if the socket is no TCP socket.
[[nodiscard]] TcpState tcp_state(int fd) noexcept;

// Which sockets may share a port with this one, in the kernel's terms.

enum class Share : std::uint8_t { no, yes };

/// SO_REUSEADDR: with connections in TIME_WAIT (of sockets that had it too); on datagram sockets with live
/// ones.
void share_with_ended(int fd, Share share) noexcept;

/// With live sockets of the same user that share too: SO_REUSEPORT, and on datagram sockets SO_REUSEADDR,
/// where the newest one receives.
void share_with_live(int fd, Share share) noexcept;

// How long a connection request is tried (K-116): Windows gives up after about 21 s, Linux after 127 s.

/// For a request whose end the caller waits for: exactly 21 s, by TCP_USER_TIMEOUT. That option also limits the connection
/// later, so unlimit_awaited_connect restores it. `own_ms` is the socket's own value, 0 for none; a shorter one limits the
/// request, too.
void limit_awaited_connect(int fd, int own_ms) noexcept;
void unlimit_awaited_connect(int fd, int own_ms) noexcept;

/// For a request that goes on without the caller: three retransmissions of the SYN (TCP_SYNCNT), which end after 19 s
/// (Linux 6.5 and later, where the first ones are a second apart) or 15 s. That option does not affect the connection later.
void limit_pending_connect(int fd) noexcept;

}  // namespace wsalive::os

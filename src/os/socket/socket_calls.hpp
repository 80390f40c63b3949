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
/// Takes a datagram socket's peer away.
[[nodiscard]] int disconnect_socket(int fd) noexcept;

enum class Blocking : std::uint8_t { yes, no };
/// `from` may be nullptr.
[[nodiscard]] int accept_on(int fd, Blocking accepted, SocketAddress* from) noexcept;

enum class End : std::uint8_t { own, peer };
[[nodiscard]] int name_of(int fd, End end, SocketAddress& name) noexcept;

[[nodiscard]] int set_blocking(int fd, Blocking blocking) noexcept;
/// As it is now; yes where it cannot be asked.
[[nodiscard]] Blocking blocking_of(int fd) noexcept;

/// Gives the descriptor another socket; closes the number that this one had before.
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

}  // namespace wsalive::os

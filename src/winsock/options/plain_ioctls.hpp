// FIONBIO, FIONREAD and SIOCATMARK: handlers of WSAIoctl's table, which ioctlsocket shares.
#pragma once

#include "os/socket/socket_calls.hpp"
#include "winsock/options/ioctl_row.hpp"

namespace wsalive::winsock {

/// Changes the socket's mode; a listener of AcceptEx stays non-blocking in the kernel.
[[nodiscard]] WsaError change_blocking(Socket& socket, os::Blocking blocking) noexcept;

/// A DWORD in: nonzero is non-blocking; 0 is WSAEINVAL while network events are selected.
[[nodiscard]] WsaError set_non_blocking(const IoctlCall& call, std::uint32_t& written);

/// A DWORD out: bytes that one receive can have; of a datagram socket, the size of the first message.
[[nodiscard]] WsaError count_unread(const IoctlCall& call, std::uint32_t& written);

/// A DWORD out: TRUE if no out-of-band data waits apart from the other (BSD's answer is the reverse), and
/// always with SO_OOBINLINE.
[[nodiscard]] WsaError is_at_mark(const IoctlCall& call, std::uint32_t& written);

}  // namespace wsalive::winsock

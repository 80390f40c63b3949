// One row of the table of control codes that WSAIoctl knows.
#pragma once

#include <cstdint>

#include "base/wsa_error.hpp"
#include "os/socket/socket_calls.hpp"
#include "winsock/options/option_row.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// The program's buffers, unchecked.
struct IoctlBuffers {
  const void* in;
  std::uint32_t in_size;
  void* out;
  std::uint32_t out_size;
};

/// A WSAIoctl that has passed every check but the input's (K-69).
struct IoctlCall {
  Socket& socket;
  IoctlBuffers buffers;
};

struct IoctlRow {
  std::uint32_t code;
  Kinds kinds;  ///< Others answer WSAENOPROTOOPT (K-66).
  /// Serves the call; on success `written` is what *lpcbBytesReturned becomes.
  WsaError (*serve)(const IoctlCall&, std::uint32_t& written);
};

/// WSAIoctl and ioctlsocket without the checks before the code's own: finds the row and serves. The
/// caller has passed K-20, K-22 and K-23 and the pointers of K-64.
[[nodiscard]] WsaError serve_ioctl(Socket& socket, std::uint32_t code, const IoctlBuffers& buffers,
                                   std::uint32_t& written);

// FIONBIO, FIONREAD and SIOCATMARK: handlers of WSAIoctl's table, which ioctlsocket shares.

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

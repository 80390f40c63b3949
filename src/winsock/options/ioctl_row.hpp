// One row of the table of control codes that WSAIoctl knows.
#pragma once

#include <cstdint>

#include "base/wsa_error.hpp"
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

}  // namespace wsalive::winsock

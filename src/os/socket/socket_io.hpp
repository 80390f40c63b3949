// The system calls of the data path: one each, raw, with a program's own pointers, which the kernel's copy
// checks. None raises SIGPIPE (K-110). Results are counts, or an errno below 0.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/socket/control_data.hpp"
#include "os/socket/socket_address.hpp"

namespace wsalive::os {

enum class Direction : std::uint8_t { receive, send, both };

/// How to make one transfer; bits.
enum TransferFlag : std::uint8_t {
  kPlain = 0,
  kOutOfBand = 1,
  kPeek = 2,
  kDontRoute = 4,
  kWaitAll = 8,
  kDontBlock = 16,
  kTellLength = 32,  ///< A datagram's whole length, though the buffer took less.
};

/// A piece of a program's memory, as the kernel takes it.
struct Piece {
  void* base;
  std::size_t size;
};

/// `to` and `control` may be nullptr.
[[nodiscard]] long send_bytes(int fd, const void* from, std::size_t size, unsigned flags,
                              const SocketAddress* to = nullptr) noexcept;
[[nodiscard]] long send_pieces(int fd, const Piece* pieces, std::size_t count, unsigned flags,
                               const SocketAddress* to = nullptr,
                               const ControlBuffer* control = nullptr) noexcept;

/// `from`, if not nullptr, gets the sender's address, and `control` what came beside the message.
[[nodiscard]] long receive_bytes(int fd, void* to, std::size_t size, unsigned flags,
                                 SocketAddress* from = nullptr) noexcept;

[[nodiscard]] long receive_pieces(int fd, const Piece* pieces, std::size_t count, unsigned flags,
                                  SocketAddress* from = nullptr,
                                  ControlBuffer* control = nullptr) noexcept;

/// 0 or an errno below 0.
int shut_down(int fd, Direction direction) noexcept;

}  // namespace wsalive::os

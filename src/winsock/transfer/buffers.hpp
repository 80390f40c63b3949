// The program's memory of one transfer: a plain buffer, or an array of WSABUF, which has been checked. The bytes
// themselves are checked by the kernel's copy (K-26).
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/socket/socket_io.hpp"

struct _WSABUF;  // NOLINT(bugprone-reserved-identifier): Windows' name.

namespace wsalive::winsock {

class Buffers {
 public:
  /// As many pieces as the kernel takes at once; a message of more is WSAEMSGSIZE.
  static constexpr std::size_t kMost = 1024;

  Buffers(void* base, std::size_t size) noexcept : base_(static_cast<char*>(base)), size_(size) {}
  Buffers(const _WSABUF* buffers, std::uint32_t count) noexcept;

  /// All bytes.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t count() const noexcept { return buffers_ ? count_ : 1; }

  /// One system call for what lies behind the first `done` bytes: a count or an errno below 0.
  [[nodiscard]] long send(int fd, std::size_t done, unsigned flags, const os::SocketAddress* to,
                          const os::ControlBuffer* control = nullptr) const noexcept {
    if (buffers_ || control) [[unlikely]]
      return send_several(fd, done, flags, to, control);
    return os::send_bytes(fd, base_ + done, size_ - done, flags, to);
  }
  [[nodiscard]] long receive(int fd, std::size_t done, unsigned flags, os::SocketAddress* from,
                             os::ControlBuffer* control = nullptr) const noexcept {
    if (buffers_ || control) [[unlikely]]
      return receive_several(fd, done, flags, from, control);
    return os::receive_bytes(fd, base_ + done, size_ - done, flags, from);
  }

 private:
  [[nodiscard]] long send_several(int fd, std::size_t done, unsigned flags,
                                  const os::SocketAddress* to,
                                  const os::ControlBuffer* control) const noexcept;
  [[nodiscard]] long receive_several(int fd, std::size_t done, unsigned flags,
                                     os::SocketAddress* from,
                                     os::ControlBuffer* control) const noexcept;
  std::size_t behind(std::size_t done, os::Piece* pieces) const noexcept;

  const _WSABUF* buffers_ = nullptr;
  std::size_t count_ = 0;
  char* base_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace wsalive::winsock

#include "winsock/transfer/buffers.hpp"

#include "winsock2.h"

#include <array>

namespace wsalive::winsock {

Buffers::Buffers(const _WSABUF* buffers, std::uint32_t count) noexcept {
  if (count == 1) {
    base_ = buffers->buf;
    size_ = buffers->len;
    return;
  }
  buffers_ = buffers;
  count_ = count;
  for (std::size_t at = 0; at < count; ++at) size_ += buffers[at].len;
}

std::size_t Buffers::behind(std::size_t done, os::Piece* pieces) const noexcept {
  if (!buffers_) {
    *pieces = {base_ + done, size_ - done};
    return 1;
  }
  std::size_t filled = 0;
  for (std::size_t at = 0; at < count_ && filled < kMost; ++at) {
    const WSABUF& buffer = buffers_[at];
    if (done >= buffer.len && done != 0) {
      done -= buffer.len;
      continue;
    }
    pieces[filled++] = {buffer.buf + done, buffer.len - done};
    done = 0;
  }
  return filled;
}

long Buffers::send_several(int fd, std::size_t done, unsigned flags, const os::SocketAddress* to,
                           const os::ControlBuffer* control) const noexcept {
  std::array<os::Piece, kMost> pieces;  // Not cleared.
  const std::size_t filled = behind(done, pieces.data());
  return os::send_pieces(fd, pieces.data(), filled, flags, to, control);
}

long Buffers::receive_several(int fd, std::size_t done, unsigned flags, os::SocketAddress* from,
                              os::ControlBuffer* control) const noexcept {
  std::array<os::Piece, kMost> pieces;  // Not cleared.
  const std::size_t filled = behind(done, pieces.data());
  return os::receive_pieces(fd, pieces.data(), filled, flags, from, control);
}

}  // namespace wsalive::winsock

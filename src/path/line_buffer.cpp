#include "path/line_buffer.hpp"

#include <array>
#include <cerrno>

#include "os/socket/socket_io.hpp"

namespace wsalive::path {

Intake LineBuffer::take_in(int fd) {
  std::array<char, 4 * kLongestPathLine> piece{};
  const long got = os::receive_bytes(fd, piece.data(), piece.size(), os::kDontBlock);
  if (got == 0) return Intake::ended;
  if (got == -EAGAIN || got == -EINTR) return Intake::open;
  if (got < 0) return Intake::failed;
  text_.append(piece.data(), static_cast<std::size_t>(got));
  return Intake::open;
}

std::optional<std::string> LineBuffer::line() {
  const std::size_t end = text_.find('\n');
  if (end >= kLongestPathLine) return std::nullopt;  // So does no end at all.
  std::string line = text_.substr(0, end);
  text_.erase(0, end + 1);
  return line;
}

bool LineBuffer::is_overlong() const noexcept {
  return text_.size() >= kLongestPathLine && text_.find('\n') >= kLongestPathLine;  // npos too.
}

}  // namespace wsalive::path

// Lines of path/plan/protocol.hpp out of what comes in pieces; never holds more than a few lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "path/plan/protocol.hpp"

namespace wsalive::path {

enum class Intake : std::uint8_t {
  open,    ///< Whatever came has been taken in.
  ended,   ///< The other end has closed.
  failed,  ///< A reset, or another error.
};

class LineBuffer {
 public:
  /// Reads what a non-blocking socket has, a bounded amount. Ask for lines before the next one.
  [[nodiscard]] Intake take_in(int fd);

  /// The next whole line, without its line feed.
  [[nodiscard]] std::optional<std::string> line();
  /// A line is longer than the protocol's: the sender speaks something else.
  [[nodiscard]] bool is_overlong() const noexcept;
  /// What has come of it so far, for a message.
  [[nodiscard]] const std::string& rest() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace wsalive::path

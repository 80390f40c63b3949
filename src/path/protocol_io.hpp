// What both ends of path/plan/protocol.hpp need beside its grammar: lines out of received bytes, and proofs of a shared key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "path/plan/protocol.hpp"

namespace wsalive::path {

enum class Intake : std::uint8_t {
  open,    ///< All received bytes are taken.
  ended,   ///< The other end has closed.
  failed,  ///< A reset, or another error.
};

/// Never holds more than a few lines.
class LineBuffer {
 public:
  /// Reads what a non-blocking socket has, a bounded amount. Ask for lines before the next one.
  [[nodiscard]] Intake take_in(int fd);

  /// The next whole line, without its line feed.
  [[nodiscard]] std::optional<std::string> line();
  /// A line is longer than the protocol allows: the sender speaks another one.
  [[nodiscard]] bool is_overlong() const noexcept;
  /// The unfinished line, for a message.
  [[nodiscard]] const std::string& rest() const noexcept { return text_; }

 private:
  std::string text_;
};

/// The key that `wsalive serve` and `wsalive path` may share, and proofs of having it. The key itself never travels, and a
/// proof is valid for one connection. It keeps strangers from using a far end; it does not protect a connection from an
/// observer on the path, who sees only silence anyway.
class SharedKey {
 public:
  static constexpr std::size_t kShortest = 16;

  [[nodiscard]] static SharedKey of(std::string secret) { return SharedKey{std::move(secret)}; }

  /// HMAC-SHA256 in hexadecimal digits.
  [[nodiscard]] std::string proof_of(std::string_view text) const;
  /// In constant time.
  [[nodiscard]] bool proves(std::string_view text, std::string_view proof) const;

 private:
  explicit SharedKey(std::string secret) : secret_(std::move(secret)) {}

  std::string secret_;
};

/// Random hexadecimal digits; empty if the system has no random octets.
[[nodiscard]] std::string random_digits(std::size_t digits);

}  // namespace wsalive::path

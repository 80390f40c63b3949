// The key that `wsalive serve` and `wsalive path` may share, and proofs of having it: the key itself never travels,
// and a proof holds for one connection. It keeps strangers from using a far end; it does not protect a connection
// from somebody on the path, who sees nothing but silence anyway.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace wsalive::path {

class SharedKey {
 public:
  static constexpr std::size_t kShortest = 16;

  [[nodiscard]] static SharedKey of(std::string secret) { return SharedKey{std::move(secret)}; }

  /// HMAC-SHA256 in hexadecimal digits.
  [[nodiscard]] std::string proof_of(std::string_view text) const;
  /// In a time that tells nothing of where they differ.
  [[nodiscard]] bool proves(std::string_view text, std::string_view proof) const;

 private:
  explicit SharedKey(std::string secret) : secret_(std::move(secret)) {}

  std::string secret_;
};

/// Random hexadecimal digits; empty where the system has no random octets.
[[nodiscard]] std::string random_digits(std::size_t digits);

}  // namespace wsalive::path

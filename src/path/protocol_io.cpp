#include "path/protocol_io.hpp"

#include <fmt/format.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>

#include <array>
#include <cerrno>
#include <span>
#include <vector>

#include "os/process/descriptor_passing.hpp"
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
  if (end >= kLongestPathLine) return std::nullopt;  // npos, too.
  std::string line = text_.substr(0, end);
  text_.erase(0, end + 1);
  return line;
}

bool LineBuffer::is_overlong() const noexcept {
  return text_.size() >= kLongestPathLine && text_.find('\n') >= kLongestPathLine;  // npos too.
}

namespace {

std::string in_digits(std::span<const std::byte> octets) {
  std::string text;
  for (const std::byte each : octets) text += fmt::format("{:02x}", std::to_integer<int>(each));
  return text;
}

const std::uint8_t* octets_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

std::string SharedKey::proof_of(std::string_view text) const {
  hmac_sha256_ctx context{};
  hmac_sha256_set_key(&context, secret_.size(), octets_of(secret_));
  hmac_sha256_update(&context, text.size(), octets_of(text));
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  hmac_sha256_digest(&context, digest.size(), digest.data());
  return in_digits(std::as_bytes(std::span{digest}));
}

bool SharedKey::proves(std::string_view text, std::string_view proof) const {
  const std::string right = proof_of(text);
  return proof.size() == right.size() && memeql_sec(proof.data(), right.data(), right.size()) != 0;
}

std::string random_digits(std::size_t digits) {
  std::vector<std::byte> octets(digits / 2);
  return os::fill_random(octets) ? in_digits(octets) : std::string{};
}

}  // namespace wsalive::path

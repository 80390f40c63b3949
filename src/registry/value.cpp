#include "registry/value.hpp"

#include "registry/encoding.hpp"

namespace wsalive::registry {

Value dword_value(std::uint32_t number) {
  Value value{.type = static_cast<std::uint32_t>(Type::dword), .bytes = {}};
  for (int shift = 0; shift < 32; shift += 8) {
    value.bytes.push_back(static_cast<std::byte>(number >> shift & 0xFF));
  }
  return value;
}

Value string_value(std::string_view utf8) {
  Value value{.type = static_cast<std::uint32_t>(Type::sz), .bytes = utf16_bytes(utf8)};
  value.bytes.insert(value.bytes.end(), 2, std::byte{0});
  return value;
}

std::optional<std::uint32_t> as_dword(const Value& value) {
  if (value.type != static_cast<std::uint32_t>(Type::dword) || value.bytes.size() != 4) {
    return std::nullopt;
  }
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) {
    number = number << 8 | std::to_integer<std::uint32_t>(value.bytes[i]);
  }
  return number;
}

std::optional<std::string> as_string(const Value& value) {
  if (value.type != static_cast<std::uint32_t>(Type::sz)) return std::nullopt;
  const std::string text = utf8_from(value.bytes);
  return text.substr(0, text.find('\0'));
}

}  // namespace wsalive::registry

// A value of the registry: a type number and bytes, as Windows keeps it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/registry_rules.hpp"
#include "registry/encoding.hpp"

namespace wsalive::registry {

using Type = policy::RegistryType;

/// Strings are UTF-16LE with a closing NUL, numbers are little-endian. `type` may be any
/// number: files carry types that have no name.
struct Value {
  std::uint32_t type = 0;
  std::vector<std::byte> bytes;

  friend bool operator==(const Value&, const Value&) = default;
};

[[nodiscard]] inline Value dword_value(std::uint32_t number) {
  Value value{.type = static_cast<std::uint32_t>(Type::dword), .bytes = {}};
  for (int shift = 0; shift < 32; shift += 8) {
    value.bytes.push_back(static_cast<std::byte>(number >> shift & 0xFF));
  }
  return value;
}

/// A REG_SZ, from UTF-8.
[[nodiscard]] inline Value string_value(std::string_view utf8) {
  Value value{.type = static_cast<std::uint32_t>(Type::sz), .bytes = utf16_bytes(utf8)};
  value.bytes.insert(value.bytes.end(), 2, std::byte{0});
  return value;
}

/// The number of a REG_DWORD; nullopt for another type or size.
[[nodiscard]] inline std::optional<std::uint32_t> as_dword(const Value& value) {
  if (value.type != static_cast<std::uint32_t>(Type::dword) || value.bytes.size() != 4) {
    return std::nullopt;
  }
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) {
    number = number << 8 | std::to_integer<std::uint32_t>(value.bytes[i]);
  }
  return number;
}

/// The text of a REG_SZ up to its first NUL, as UTF-8; nullopt for another type.
[[nodiscard]] inline std::optional<std::string> as_string(const Value& value) {
  if (value.type != static_cast<std::uint32_t>(Type::sz)) return std::nullopt;
  const std::string text = utf8_from(value.bytes);
  return text.substr(0, text.find('\0'));
}

}  // namespace wsalive::registry

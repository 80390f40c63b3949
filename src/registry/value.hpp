// A value of the registry: a type number and bytes, as Windows keeps it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/registry_rules.hpp"

namespace wsalive::registry {

using Type = policy::RegistryType;

/// Strings are UTF-16LE with a closing NUL, numbers have their lowest byte first. `type` may be any
/// number: files carry types that have no name.
struct Value {
  std::uint32_t type = 0;
  std::vector<std::byte> bytes;

  friend bool operator==(const Value&, const Value&) = default;
};

[[nodiscard]] Value dword_value(std::uint32_t number);

/// A REG_SZ, from UTF-8.
[[nodiscard]] Value string_value(std::string_view utf8);

/// The number of a REG_DWORD; nullopt for another type or size.
[[nodiscard]] std::optional<std::uint32_t> as_dword(const Value& value);

/// The text of a REG_SZ up to its first NUL, as UTF-8; nullopt for another type.
[[nodiscard]] std::optional<std::string> as_string(const Value& value);

}  // namespace wsalive::registry

// The registry values that wsalive reads, as the command presents them: by name alone, times with units, words checked before
// they are stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/frame/command.hpp"
#include "registry/registry.hpp"

namespace wsalive::cli {

enum class ValueKind : std::uint8_t { time, count, release, rules, precision };

/// One value: where it is kept, and how it is written.
struct KnownValue {
  std::string_view name;
  std::string_view key;
  ValueKind kind;
  std::string fallback;  ///< The default, as text.
  std::string_view meaning;
};

/// All of them, in the order in which they are listed.
[[nodiscard]] const std::vector<KnownValue>& known_values();

/// Names compare without case. Failure: there is no such value.
[[nodiscard]] Fallible<const KnownValue*> known_value(const std::string& name);

/// The user's text as a registry value.
[[nodiscard]] Fallible<registry::Value> value_from_text(const KnownValue& known,
                                                        const std::string& text);

/// A stored value checked against its rules.
struct ValueState {
  const KnownValue* known = nullptr;
  std::optional<registry::StoredValue> stored;
  std::string text;         ///< In force: the stored one if it counts, or the default.
  std::string stored_text;  ///< The stored one as it is; empty: missing, or of a wrong type.
  std::string complaint;    ///< Why a stored one does not count; else empty.
  std::string note;         ///< Why a stored one counts as another, or has no effect; else empty.
};

/// The state of a value if it were stored, under that release.
[[nodiscard]] ValueState state_with(const KnownValue& known,
                                    std::optional<registry::StoredValue> stored,
                                    policy::Release release);

[[nodiscard]] ValueState state_of(const KnownValue& known, registry::Registry& registry,
                                  policy::Release release);

/// A refused read or write of the store as a failure.
[[nodiscard]] Failure store_failure(const registry::Problem& problem, std::string attempt);

}  // namespace wsalive::cli

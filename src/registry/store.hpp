// The registry in memory: keys and values of several files, merged value by value.
//
// Files are laid over each other in order, the machine's first; a later file's values, deletions and
// deleted keys win (K-85). Keys and names compare without case and keep the spelling in which they
// first came.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/reg_file.hpp"
#include "registry/value.hpp"

namespace wsalive::registry {

/// Which file a value came from.
enum class Origin : std::uint8_t { machine, user };

struct StoredValue {
  std::string name;
  Value value;
  Origin origin = Origin::machine;
};

class Store {
 public:
  /// Lays a file over what is there.
  void apply(const RegFile& file, Origin origin);

  [[nodiscard]] bool has_key(std::string_view key) const;
  /// Names of the keys directly below, in the order of their folded names.
  [[nodiscard]] std::vector<std::string> subkeys(std::string_view key) const;
  /// All values of a key, in the order of their folded names.
  [[nodiscard]] std::vector<StoredValue> values(std::string_view key) const;
  /// The empty name is the default value. The pointer is good until the next `apply`.
  [[nodiscard]] const StoredValue* find(std::string_view key, std::string_view name) const;

 private:
  struct Key {
    std::string path;                           // As first spelled, long root.
    std::map<std::string, StoredValue> values;  // By folded name.
  };

  Key& create(std::string_view path);
  void remove(std::string_view path);

  std::map<std::string, Key> keys_;  // By folded path.
};

}  // namespace wsalive::registry

// The registry in memory: keys and values of several files, merged value by value, and where these files are.
//
// Files are applied in order, the machine's first; a later file's values, deletions and deleted keys win (K-85). Keys and
// names compare without case and keep their first spelling.
//
// A missing file is empty. A broken one counts as empty for programs; the result also carries what is wrong with it, so that
// the tool can show it (K-85).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
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
  /// Applies a file on top of the current contents.
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

// Files.

/// The variables that count, each nullopt if absent or empty. Under AT_SECURE all are absent.
struct Environment {
  std::optional<std::string> release;      ///< WSALIVE_RELEASE
  std::optional<std::string> rules;        ///< WSALIVE_RULES
  std::optional<std::string> precision;    ///< WSALIVE_PRECISION
  std::optional<std::string> registry;     ///< WSALIVE_REGISTRY
  std::optional<std::string> config_home;  ///< XDG_CONFIG_HOME
  std::optional<std::string> home;         ///< HOME
};

/// Of this process.
[[nodiscard]] Environment process_environment();

/// Paths of the two files; nullopt: there is none.
struct StoreFiles {
  std::optional<std::string> machine;
  std::optional<std::string> user;
};

inline constexpr const char* kMachineFile = "/etc/wsalive/registry.reg";

/// WSALIVE_REGISTRY replaces both files and takes the writes; else the machine's is kMachineFile and
/// the user's is below XDG_CONFIG_HOME, where that is an absolute path, or ~/.config.  K-85
[[nodiscard]] StoreFiles store_files(const Environment& environment);

/// What is wrong with which file, in words for a person. `code` is an errno, EINVAL for text.
struct Problem {
  int code = 0;
  std::string file;
  std::size_t line = 0;  ///< 0: the problem concerns no single line.
  std::string text;

  /// "FILE:LINE: TEXT"
  [[nodiscard]] std::string message() const;
};

/// One file; a missing one is empty.
[[nodiscard]] tl::expected<RegFile, Problem> load_file(const std::string& path);

struct LoadedStore {
  Store store;
  std::vector<Problem> problems;  ///< Files that could not be read and count as empty.
};

/// Both files, the user's over the machine's. Reads without a lock. Any thread.
[[nodiscard]] LoadedStore load_store(const StoreFiles& files);

}  // namespace wsalive::registry

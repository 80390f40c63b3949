// Where the store's files are, and how they are read.
//
// A missing file is empty. A broken one counts as empty for programs; what is wrong with it comes
// beside the result, for the tool to show (K-85).
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "registry/store.hpp"

namespace wsalive::registry {

/// The variables that count, each nullopt if absent or empty. Under AT_SECURE all are absent.
struct Environment {
  std::optional<std::string> release;      ///< WSALIVE_RELEASE
  std::optional<std::string> rules;        ///< WSALIVE_RULES
  std::optional<std::string> precision;    ///< WSALIVE_PRECISION
  std::optional<std::string> registry;     ///< WSALIVE_REGISTRY
  std::optional<std::string> config_home;  ///< XDG_CONFIG_HOME
  std::optional<std::string> home;         ///< HOME
};

/// This process's own.
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

/// What is wrong, in words for a person, and with which file. `code` is an errno, EINVAL for text.
struct Problem {
  int code = 0;
  std::string file;
  std::size_t line = 0;  ///< 0: not about one line.
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

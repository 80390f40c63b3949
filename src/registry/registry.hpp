// The registry as programs and the tool use it: the merged store, and writes to one of its files.
//
// Reading follows the files: the next call sees what another process has written. A write reads the file again under a lock,
// changes the lines of one statement and replaces the file in one step, so two concurrent writers lose nothing, and a failed
// write changes nothing. Keys are full paths with the root's short or long name; names compare without case; the empty name
// is the default value.
//
// Also the import of an offline Windows SYSTEM hive.
//
// Any thread may call any function.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "os/file/file.hpp"
#include "registry/store.hpp"

namespace wsalive::registry {

/// Problem's `code` of a refused call: EACCES or EROFS without the right to write, ENOENT for a key or
/// value that is not there, ENOTEMPTY, EINVAL for a name or a broken file, EWOULDBLOCK when another
/// process keeps the lock, else what the file system said.
template <typename T>
using Outcome = tl::expected<T, Problem>;

/// The result of create_key.
enum class Created : std::uint8_t { opened, made };

/// One value to write, or, without a value, to delete.
struct Change {
  std::string key;
  std::string name;
  std::optional<Value> value;
};

class Registry {
 public:
  /// Writes go to `write_to`: programs write the user's file, the tool with --machine the machine's.
  explicit Registry(StoreFiles files, Origin write_to = Origin::user);

  [[nodiscard]] bool has_key(std::string_view key);
  [[nodiscard]] std::vector<std::string> subkeys(std::string_view key);
  [[nodiscard]] std::vector<StoredValue> values(std::string_view key);
  [[nodiscard]] std::optional<StoredValue> query(std::string_view key, std::string_view name);

  /// Files that cannot be read and count as empty.  K-85
  [[nodiscard]] std::vector<Problem> problems();

  /// Makes the key if it is not there.
  Outcome<Created> create_key(std::string_view key);
  /// Sets a value, and makes its key if that is not there.
  Outcome<void> set_value(std::string_view key, std::string_view name, const Value& value);
  /// A value of the machine's file is hidden by a line in the user's.
  Outcome<void> delete_value(std::string_view key, std::string_view name);
  /// All of them in one write, or none. A value to be deleted need not exist.
  Outcome<void> apply(const std::vector<Change>& changes);
  /// Refuses with ENOTEMPTY if there are keys below.
  Outcome<void> delete_key(std::string_view key);

 private:
  [[nodiscard]] const LoadedStore& current();
  template <typename Edit>
  Outcome<void> change(std::string_view key, std::string_view name, const Edit& edit);
  [[nodiscard]] Store seen_with(const RegFile& edited) const;

  StoreFiles files_;
  Origin write_to_;
  std::mutex mutex_;
  bool loaded_ = false;
  std::optional<os::FileStamp> machine_stamp_;
  std::optional<os::FileStamp> user_stamp_;
  LoadedStore store_;
};

// An offline Windows SYSTEM hive is the file Windows\System32\config\SYSTEM of a disk or backup.
//
// libhivex reads it. Select\Current says which ControlSet00n is the current one; its Tcpip parameters are stored under the
// key that programs use (K-85). Without libhivex (WSALIVE_HAVE_HIVEX) every call returns a Problem that says so.

/// Whether this build can read hives.
[[nodiscard]] bool can_read_hives() noexcept;

/// The values of `CurrentControlSet\Services\Tcpip\Parameters` in a SYSTEM hive, all of them, in the
/// order of the hive.
/// Errors: ENOENT and the like of opening; EINVAL if it is no hive, or no SYSTEM hive; ENOSYS without
/// libhivex. The hive is never written.
[[nodiscard]] Outcome<std::vector<StoredValue>> read_system_hive(const std::string& path);

}  // namespace wsalive::registry

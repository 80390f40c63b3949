#include "registry/registry.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace wsalive::registry {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;

tl::unexpected<Problem> refused(int code, std::string file, std::string text) {
  return tl::unexpected(Problem{code, std::move(file), 0, std::move(text)});
}

tl::unexpected<Problem> refused(const SysError& error, const std::string& file) {
  return refused(error.code, file,
                 fmt::format("{}: {}", error.attempt, ::strerrordesc_np(error.code)));
}

/// A key under one of the five roots, and names that a line of a file can carry.
bool can_be_written(std::string_view key, std::string_view name) {
  return has_known_root(key) && valid_name(key) && valid_name(name);
}

std::string parent_of(std::string_view key) {
  const std::string path = with_long_root(key);
  const std::size_t end = path.rfind('\\');
  return end == std::string::npos ? std::string{} : path.substr(0, end);
}

std::string full_name(std::string_view key, std::string_view name) {
  return fmt::format("{}\\{}", with_long_root(key), name.empty() ? "@" : name);
}

/// Makes the folder of a file that is to be written.
Status make_room(const std::string& path) {
  const std::size_t end = path.rfind('/');
  if (end == std::string::npos || end == 0) return {};
  return os::make_folders(path.substr(0, end));
}

}  // namespace

Registry::Registry(StoreFiles files, Origin write_to)
    : files_(std::move(files)), write_to_(write_to) {}

/// The merged store, read again if one of its files has changed.
const LoadedStore& Registry::current() {
  const auto stamp = [](const std::optional<std::string>& path) {
    return path ? os::file_stamp(*path) : std::nullopt;
  };
  const std::optional<os::FileStamp> machine = stamp(files_.machine);
  const std::optional<os::FileStamp> user = stamp(files_.user);
  if (!loaded_ || machine != machine_stamp_ || user != user_stamp_) {
    store_ = load_store(files_);
    machine_stamp_ = machine;
    user_stamp_ = user;
    loaded_ = true;
  }
  return store_;
}

bool Registry::has_key(std::string_view key) {
  const std::lock_guard guard{mutex_};
  return current().store.has_key(key);
}

std::vector<std::string> Registry::subkeys(std::string_view key) {
  const std::lock_guard guard{mutex_};
  return current().store.subkeys(key);
}

std::vector<StoredValue> Registry::values(std::string_view key) {
  const std::lock_guard guard{mutex_};
  return current().store.values(key);
}

std::optional<StoredValue> Registry::query(std::string_view key, std::string_view name) {
  const std::lock_guard guard{mutex_};
  const StoredValue* const found = current().store.find(key, name);
  return found ? std::optional{*found} : std::nullopt;
}

std::vector<Problem> Registry::problems() {
  const std::lock_guard guard{mutex_};
  return current().problems;
}

Outcome<Created> Registry::create_key(std::string_view key) {
  Created created = Created::made;
  const Outcome<void> done = change(key, {}, [&](RegFile& file) -> Outcome<void> {
    const Store before = seen_with(file);
    if (before.has_key(key)) {
      created = Created::opened;
    } else {
      file.create_key(key);
    }
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return created;
}

Outcome<void> Registry::set_value(std::string_view key, std::string_view name, const Value& value) {
  return change(key, name, [&](RegFile& file) -> Outcome<void> {
    file.set_value(key, name, value);
    return {};
  });
}

Outcome<void> Registry::delete_value(std::string_view key, std::string_view name) {
  return change(key, name, [&](RegFile& file) -> Outcome<void> {
    const Store before = seen_with(file);
    if (!before.find(key, name)) {
      return refused(ENOENT, {}, full_name(key, name) + ": there is no such value");
    }
    file.remove_value(key, name);
    const Store after = seen_with(file);
    if (after.find(key, name)) file.hide_value(key, name);
    return {};
  });
}

Outcome<void> Registry::apply(const std::vector<Change>& changes) {
  if (changes.empty()) return {};
  for (const Change& each : changes) {
    if (can_be_written(each.key, each.name)) continue;
    return refused(EINVAL, {},
                   full_name(each.key, each.name) + ": no name that the registry takes");
  }
  return change(changes.front().key, changes.front().name, [&](RegFile& file) -> Outcome<void> {
    for (const Change& each : changes) {
      if (each.value) {
        file.set_value(each.key, each.name, *each.value);
        continue;
      }
      file.remove_value(each.key, each.name);
      const Store after = seen_with(file);
      if (after.find(each.key, each.name)) file.hide_value(each.key, each.name);
    }
    return {};
  });
}

Outcome<void> Registry::delete_key(std::string_view key) {
  return change(key, {}, [&](RegFile& file) -> Outcome<void> {
    const Store before = seen_with(file);
    const std::string path = with_long_root(key);
    if (!before.has_key(key)) return refused(ENOENT, {}, path + ": there is no such key");
    if (!before.subkeys(key).empty())
      return refused(ENOTEMPTY, {}, path + ": there are keys below it");
    file.remove_key(key);
    const Store after = seen_with(file);
    if (after.has_key(key)) file.hide_key(key);
    // A parent that was there only by this key stays.
    const std::string parent = parent_of(key);
    if (parent.find('\\') != std::string::npos && !after.has_key(parent)) {
      file.create_key(parent);
    }
    return {};
  });
}

// ---------------------------------------------------------------------------------------------

/// What programs would see with this text in the file that is being written.
Store Registry::seen_with(const RegFile& edited) const {
  Store store;
  if (write_to_ == Origin::user && files_.machine) {
    // A broken file of the machine counts as empty here as everywhere.
    if (const auto machine = load_file(*files_.machine)) store.apply(*machine, Origin::machine);
  }
  store.apply(edited, write_to_);
  return store;
}

/// The frame of every write: lock, read, edit, replace. `edit` may refuse; then nothing is written.
template <typename Edit>
Outcome<void> Registry::change(std::string_view key, std::string_view name, const Edit& edit) {
  if (!can_be_written(key, name)) {
    return refused(EINVAL, {}, full_name(key, name) + ": no name that the registry takes");
  }
  const std::lock_guard guard{mutex_};
  const std::optional<std::string>& path = write_to_ == Origin::user ? files_.user : files_.machine;
  if (!path) return refused(EACCES, {}, "there is no file to write to: HOME is not set");
  if (const Status room = make_room(*path); !room) return refused(room.error(), *path);
  const Result<os::FileLock> lock = os::FileLock::take(*path, kPatience);
  if (!lock) return refused(lock.error(), *path);

  tl::expected<RegFile, Problem> file = load_file(*path);
  if (!file) return tl::unexpected(std::move(file.error()));
  const std::string before = file->bytes();
  if (Outcome<void> edited = edit(*file); !edited) return edited;
  if (!file->sound()) return refused(EINVAL, *path, full_name(key, name) + ": cannot be written");
  const std::string after = file->bytes();
  if (after == before) return {};
  if (const Status done = os::replace_file(*path, after); !done)
    return refused(done.error(), *path);
  return {};
}

}  // namespace wsalive::registry

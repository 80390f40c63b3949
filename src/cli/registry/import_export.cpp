#include "cli/registry/import_export.hpp"

#include <algorithm>
#include <cstring>

#include "cli/frame/messages.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/registry/values.hpp"
#include "os/file/file.hpp"
#include "registry/encoding.hpp"
#include "registry/reg_file.hpp"
#include "registry/registry.hpp"

namespace wsalive::cli {
namespace {

constexpr std::string_view kHiveMagic = "regf";

/// The value of that key and name among those that we read.
const KnownValue* find_known(std::string_view key, std::string_view name) {
  for (const KnownValue& each : known_values()) {
    if (registry::folded(each.key) == registry::folded(key) &&
        registry::folded(each.name) == registry::folded(name)) {
      return &each;
    }
  }
  return nullptr;
}

void take(Imported& imported, std::string_view key, std::string_view name,
          std::optional<registry::Value> value) {
  const KnownValue* const known = find_known(key, name);
  if (!known) {
    ++imported.left_out;
    return;
  }
  imported.changes.push_back({std::string{known->key}, std::string{known->name}, std::move(value)});
}

Imported from_reg_file(const registry::RegFile& file) {
  Imported imported;
  for (const registry::Statement& each : file.statements()) {
    if (each.kind == registry::StatementKind::value) {
      take(imported, each.key, each.name, each.value);
    } else if (each.kind == registry::StatementKind::delete_value) {
      take(imported, each.key, each.name, std::nullopt);
    }
  }
  return imported;
}

}  // namespace

Fallible<Imported> read_for_import(const std::string& path) {
  constexpr const char* kAttempt = "cannot import";
  const Result<std::string> bytes = os::read_file(path);
  if (!bytes) {
    const int error = bytes.error().code;
    const bool denied = message_for_file(error) == Message::file_denied;
    return tl::unexpected(failure_of(
        denied ? Message::file_denied : Message::no_file, kAttempt, path,
        {::strerrordesc_np(error), "name a .reg file or a SYSTEM hive that you may read"}));
  }
  if (bytes->starts_with(kHiveMagic)) {
    const auto values = registry::read_system_hive(path);
    if (!values) return tl::unexpected(store_failure(values.error(), kAttempt));
    Imported imported;
    for (const registry::StoredValue& each : *values) {
      take(imported, policy::kParametersKey, each.name, each.value);
    }
    return imported;
  }
  const auto file = registry::load_file(path);
  if (!file) return tl::unexpected(store_failure(file.error(), kAttempt));
  return from_reg_file(*file);
}

std::string exported(registry::Registry& registry, registry::Encoding encoding) {
  registry::RegFile file;
  file.create_key(policy::kParametersKey);
  for (const KnownValue& each : known_values()) {
    const auto stored = registry.query(each.key, each.name);
    if (stored) file.set_value(each.key, each.name, stored->value);
  }
  file.set_encoding(encoding);
  return file.bytes();
}

}  // namespace wsalive::cli

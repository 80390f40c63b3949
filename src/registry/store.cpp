#include "registry/store.hpp"

namespace wsalive::registry {

void Store::apply(const RegFile& file, Origin origin) {
  for (const Statement& each : file.statements()) {
    switch (each.kind) {
      case StatementKind::key:
        create(each.key);
        break;
      case StatementKind::delete_key:
        remove(each.key);
        break;
      case StatementKind::delete_value:
        create(each.key).values.erase(folded(each.name));
        break;
      case StatementKind::value:
        create(each.key).values.insert_or_assign(folded(each.name),
                                                 StoredValue{each.name, each.value, origin});
        break;
    }
  }
}

bool Store::has_key(std::string_view key) const { return keys_.contains(folded_key(key)); }

std::vector<std::string> Store::subkeys(std::string_view key) const {
  const std::string prefix = folded_key(key) + '\\';
  std::vector<std::string> names;
  for (auto at = keys_.lower_bound(prefix); at != keys_.end() && at->first.starts_with(prefix);
       ++at) {
    if (at->first.find('\\', prefix.size()) != std::string::npos) continue;
    names.push_back(at->second.path.substr(at->second.path.rfind('\\') + 1));
  }
  return names;
}

std::vector<StoredValue> Store::values(std::string_view key) const {
  std::vector<StoredValue> all;
  const auto found = keys_.find(folded_key(key));
  if (found == keys_.end()) return all;
  for (const auto& [name, value] : found->second.values) all.push_back(value);
  return all;
}

const StoredValue* Store::find(std::string_view key, std::string_view name) const {
  const auto found = keys_.find(folded_key(key));
  if (found == keys_.end()) return nullptr;
  const auto value = found->second.values.find(folded(name));
  return value == found->second.values.end() ? nullptr : &value->second;
}

/// A key comes with its parents.
Store::Key& Store::create(std::string_view path) {
  for (std::size_t end = path.find('\\'); end != std::string_view::npos;
       end = path.find('\\', end + 1)) {
    const std::string_view parent = path.substr(0, end);
    keys_.try_emplace(folded(parent), Key{std::string{parent}, {}});
  }
  return keys_.try_emplace(folded(path), Key{std::string{path}, {}}).first->second;
}

void Store::remove(std::string_view path) {
  const std::string key = folded(path);
  std::erase_if(keys_, [&](const auto& each) { return is_within(each.first, key); });
}

}  // namespace wsalive::registry

#include "registry/store.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "os/file/file.hpp"

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

/// Creates missing parents, too.
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

// Files.

namespace {

constexpr const char* kUserFile = "/wsalive/registry.reg";

std::optional<std::string> user_file(const Environment& environment) {
  if (environment.config_home && environment.config_home->starts_with('/')) {
    return *environment.config_home + kUserFile;
  }
  if (environment.home) return *environment.home + "/.config" + kUserFile;
  return std::nullopt;
}

}  // namespace

Environment process_environment() {
  return {.release = os::trusted_environment("WSALIVE_RELEASE"),
          .rules = os::trusted_environment("WSALIVE_RULES"),
          .precision = os::trusted_environment("WSALIVE_PRECISION"),
          .registry = os::trusted_environment("WSALIVE_REGISTRY"),
          .config_home = os::trusted_environment("XDG_CONFIG_HOME"),
          .home = os::trusted_environment("HOME")};
}

StoreFiles store_files(const Environment& environment) {
  if (environment.registry) return {.machine = std::nullopt, .user = environment.registry};
  return {.machine = kMachineFile, .user = user_file(environment)};
}

std::string Problem::message() const {
  if (file.empty()) return text;
  return line == 0 ? fmt::format("{}: {}", file, text) : fmt::format("{}:{}: {}", file, line, text);
}

tl::expected<RegFile, Problem> load_file(const std::string& path) {
  const Result<std::string> content = os::read_file(path);
  if (!content) {
    const SysError& error = content.error();
    if (error.code == ENOENT) return RegFile{};
    return tl::unexpected(Problem{
        error.code, path, 0, fmt::format("{}: {}", error.attempt, ::strerrordesc_np(error.code))});
  }
  tl::expected<RegFile, SyntaxError> parsed = RegFile::parse(*content);
  if (parsed) return std::move(*parsed);
  return tl::unexpected(Problem{EINVAL, path, parsed.error().line, std::move(parsed.error().text)});
}

LoadedStore load_store(const StoreFiles& files) {
  LoadedStore loaded;
  const auto lay = [&loaded](const std::optional<std::string>& path, Origin origin) {
    if (!path) return;
    tl::expected<RegFile, Problem> file = load_file(*path);
    if (file) {
      loaded.store.apply(*file, origin);
    } else {
      loaded.problems.push_back(std::move(file.error()));
    }
  };
  lay(files.machine, Origin::machine);
  lay(files.user, Origin::user);
  return loaded;
}

}  // namespace wsalive::registry

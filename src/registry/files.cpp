#include "registry/files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "os/file/file.hpp"

namespace wsalive::registry {
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

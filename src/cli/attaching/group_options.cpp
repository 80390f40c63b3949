#include "cli/attaching/group_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "attach/cgroup.hpp"
#include "cli/frame/messages.hpp"

namespace wsalive::cli {
namespace {

namespace fs = std::filesystem;

/// The only group found, or why there is no single one.
Fallible<std::string> only_one(std::vector<std::string> found, Failure none) {
  if (found.size() == 1) return std::move(found.front());
  if (found.empty()) return tl::unexpected(std::move(none));
  return tl::unexpected(
      failure_of(Message::several_fit, std::move(none.attempt), std::move(none.subject),
                 {fmt::format("{} control groups fit: {}", found.size(), fmt::join(found, ", ")),
                  "name one of them with --cgroup"}));
}

}  // namespace

bool is_path_of(std::string_view group, std::string_view text) {
  while (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
  if (text.empty() || group == text) return !text.empty();
  return group.ends_with(text) &&
         (text.front() == '/' || group[group.size() - text.size() - 1] == '/');
}

namespace {

void exclude_each_other(const std::vector<CLI::Option*>& all) {
  for (CLI::Option* const one : all) {
    for (CLI::Option* const other : all) {
      if (one != other) one->excludes(other);
    }
  }
}

}  // namespace

std::vector<CLI::Option*> GroupOptions::declare_parts(CLI::App& parser) {
  const std::vector<CLI::Option*> all{
      parser.add_option("--unit", unit_, "A running systemd unit (nginx means nginx.service)")
          ->type_name("NAME"),
      parser.add_option("--container", container_, "A container, by its id or the beginning of it")
          ->type_name("ID"),
      parser.add_option("--cgroup", path_, "This control group and all below it")
          ->type_name("PATH")};
  exclude_each_other(all);
  return all;
}

void GroupOptions::declare(CLI::App& parser) {
  std::vector<CLI::Option*> all = declare_parts(parser);
  all.push_back(parser.add_flag("--system", system_, "The whole machine"));
  exclude_each_other(all);
}

GroupOptions GroupOptions::of_path(std::string path) {
  GroupOptions options;
  options.path_ = std::move(path);
  return options;
}

bool GroupOptions::is_given() const noexcept {
  return system_ || !path_.empty() || !unit_.empty() || !container_.empty();
}

std::optional<GroupOptions> GroupOptions::socket_unit() const {
  const std::optional<std::string> name = attach::socket_unit_of(unit_);
  if (!name) return std::nullopt;
  GroupOptions options;
  options.unit_ = *name;
  return options;
}

std::pair<const char*, std::string> GroupOptions::words() const {
  if (!unit_.empty()) return {"--unit", unit_};
  if (!container_.empty()) return {"--container", container_};
  if (!path_.empty()) return {"--cgroup", path_};
  return {nullptr, {}};
}

bool GroupOptions::means(const std::string& path) const {
  if (!unit_.empty()) return attach::is_group_of_unit(path, unit_);
  if (!container_.empty()) return attach::is_group_of_container(path, container_);
  return !path_.empty() && is_path_of(path, path_);
}

Fallible<std::string> GroupOptions::find(const std::string& root,
                                         const std::string& attempt) const {
  if (system_) return root;
  if (!unit_.empty()) {
    return only_one(attach::groups_of_unit(root, unit_),
                    failure_of(Message::no_unit, attempt, "unit " + unit_));
  }
  if (!container_.empty()) {
    return only_one(attach::groups_of_container(root, container_),
                    failure_of(Message::no_container, attempt, "container " + container_));
  }
  std::error_code trouble;
  for (const std::string& candidate : {path_, root + "/" + path_}) {
    const fs::path real = fs::canonical(candidate, trouble);
    if (!trouble) return real.string();
  }
  return tl::unexpected(failure_of(Message::no_group, attempt, path_, {.remedy = root}));
}

std::string GroupOptions::name_of(const std::string& root, const std::string& path) const {
  if (path == root) return "system";
  if (!unit_.empty()) return fs::path{path}.filename().string();
  constexpr std::size_t kShort = 12;
  if (!container_.empty()) {
    const std::string folder = fs::path{path}.filename().string();
    const std::size_t at = folder.find(container_);
    return at == std::string::npos ? container_
                                   : folder.substr(at, std::max(kShort, container_.size()));
  }
  return path.starts_with(root + "/") ? path.substr(root.size() + 1) : path;
}

Fallible<Group> GroupOptions::resolve(const std::string& attempt, std::string_view link) const {
  const std::optional<std::string> root = attach::cgroup2_mount();
  if (!root) {
    return tl::unexpected(failure_of(Message::no_group_version2, attempt));
  }
  const std::string on_it = fmt::format("{} {}", attempt, link);
  const Fallible<std::string> path = find(*root, on_it);
  if (!path) return tl::unexpected(path.error());
  const Result<std::uint64_t> number = attach::cgroup_number(*path);
  if (!number) {
    const bool is_none = number.error().code == EINVAL || number.error().code == ENOTDIR;
    return tl::unexpected(failure_of(is_none ? Message::not_a_group : Message::no_group, on_it,
                                     *path, {.remedy = *root}));
  }
  return Group{*path, name_of(*root, *path), *number};
}

}  // namespace wsalive::cli

// The options that choose a control group: by a path, a systemd unit, a container, or the whole machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/frame/command.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace wsalive::cli {

struct Group {
  std::string path;  ///< In the file system.
  std::string
      name;  ///< "system", "nginx.service", a container's first digits, or the path below the mount.
  std::uint64_t number = 0;  ///< As `attach::cgroup_number` says.
};

/// Whether a text is the path of a group: absolute, or from any folder below the mount on.
[[nodiscard]] bool is_path_of(std::string_view group, std::string_view text);

class GroupOptions {
 public:
  /// Adds --cgroup, --unit, --container and --system, which exclude each other.
  void declare(CLI::App& parser);
  /// Without --system. \return the options.
  std::vector<CLI::Option*> declare_parts(CLI::App& parser);

  /// As if --cgroup had been given.
  [[nodiscard]] static GroupOptions of_path(std::string path);

  [[nodiscard]] bool is_given() const noexcept;

  /// For a service: as if its socket unit had been given, which may run before the service does.
  [[nodiscard]] std::optional<GroupOptions> socket_unit() const;

  /// The option that was given, and its value; nullptr: none, or --system.
  [[nodiscard]] std::pair<const char*, std::string> words() const;

  /// Whether the options choose this group, by the name of its folder; the group need not exist any more.
  [[nodiscard]] bool means(const std::string& path) const;

  /// Failures: no version-2 control groups, no such group, several, a folder that is no group.
  [[nodiscard]] Fallible<Group> resolve(const std::string& attempt, std::string_view link) const;

 private:
  [[nodiscard]] Fallible<std::string> find(const std::string& root,
                                           const std::string& attempt) const;
  [[nodiscard]] std::string name_of(const std::string& root, const std::string& path) const;

  std::string path_;
  std::string unit_;
  std::string container_;
  bool system_ = false;
};

}  // namespace wsalive::cli

// Which control group a command means: a path, a systemd unit, a container, or the whole machine.
#pragma once

#include <cstdint>
#include <string>
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

class GroupOptions {
 public:
  /// Adds --cgroup, --unit, --container and --system, which exclude each other.
  void declare(CLI::App& parser);
  /// Without --system. \return the options.
  std::vector<CLI::Option*> declare_parts(CLI::App& parser);

  [[nodiscard]] bool is_given() const noexcept;

  /// Failures: no version-2 control groups, no such group, several, a folder that is none.
  [[nodiscard]] Fallible<Group> resolve(const std::string& attempt) const;

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

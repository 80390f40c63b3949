// Control groups (version 2 only: bpf programs attach to these).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// Where the version-2 hierarchy is mounted, also beside version 1 ("unified"); nullopt: nowhere.
[[nodiscard]] std::optional<std::string> cgroup2_mount();

/// The calling process's own group, as a path in the file system; nullopt without version 2.
[[nodiscard]] std::optional<std::string> own_cgroup();

/// The same of another process.
[[nodiscard]] std::optional<std::string> cgroup_of(pid_t pid);

/// The number of a version-2 group, which no other group ever has.
/// Errors  ENOENT, ENOTDIR: no such folder. EINVAL: a folder that is no group of version 2.
[[nodiscard]] Result<std::uint64_t> cgroup_number(const std::string& path) noexcept;

/// The groups of a systemd unit below `root` (a mount of version 2): `nginx` means `nginx.service`. One,
/// unless several managers (the machine's, users') have a unit of that name.
[[nodiscard]] std::vector<std::string> groups_of_unit(const std::string& root,
                                                      std::string_view unit);

/// The groups below `root` of containers whose identifier begins with `id`, as docker, podman, containerd, CRI-O
/// and Kubernetes lay them out.
[[nodiscard]] std::vector<std::string> groups_of_container(const std::string& root,
                                                           std::string_view id);

/// Whether a group is that unit's, or that container's, as above: by the name of its folder, which need not exist any more.
[[nodiscard]] bool is_group_of_unit(std::string_view path, std::string_view unit);
[[nodiscard]] bool is_group_of_container(std::string_view path, std::string_view id);

/// "nginx.socket" for "nginx" and "nginx.service"; nullopt for a unit that is no service.
[[nodiscard]] std::optional<std::string> socket_unit_of(std::string_view unit);

/// The groups below `root`, itself included, by number.
[[nodiscard]] std::map<std::uint64_t, std::string> groups_below(const std::string& root);

/// All processes in a group and below it.
[[nodiscard]] std::vector<pid_t> processes_in(const std::string& group);

[[nodiscard]] Status move_into_group(const std::string& group, pid_t pid);

/// Empty groups of runs below `root` whose keeper was killed before it could remove them.
[[nodiscard]] std::vector<std::string> abandoned_run_groups(const std::string& root);

/// Removes a group and the groups below it, as far as they are empty.
void remove_group_tree(const std::string& group) noexcept;

/// A control group for one `run`, below another one.
class RunGroup {
 public:
  /// Makes `parent`/wsalive-run-<pid>, and removes abandoned ones beside it.
  /// Errors: EACCES, EROFS, ENOENT and the like of mkdir.
  [[nodiscard]] static Result<RunGroup> make(const std::string& parent);

  RunGroup(RunGroup&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  RunGroup& operator=(RunGroup&&) = delete;
  RunGroup(const RunGroup&) = delete;
  RunGroup& operator=(const RunGroup&) = delete;
  ~RunGroup() = default;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] Status move_here(pid_t pid) const;
  /// cgroup.events: readable by POLLPRI at each change.
  [[nodiscard]] Result<Fd> open_events() const;
  /// Whether no process is in it or below.
  [[nodiscard]] bool is_empty() const;
  /// Removes the group if it is empty.
  void remove() const noexcept;

 private:
  explicit RunGroup(std::string path) noexcept : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace wsalive::attach

#include "attach/cgroup.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace wsalive::attach {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> version2_line(const std::string& file) {
  std::ifstream lines{file};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return std::nullopt;
}

std::optional<std::string> group_in(const std::string& file) {
  const std::optional<std::string> mount = cgroup2_mount();
  const std::optional<std::string> group = version2_line(file);
  if (!mount || !group) return std::nullopt;
  return *group == "/" ? *mount : *mount + *group;
}

enum class Below : std::uint8_t { too, left_out };

/// Visits each folder below `root`, and those below it, too, unless `visit` declines.
template <typename Visit>
void for_each_group(const std::string& root, Visit visit) {
  std::error_code trouble;
  for (fs::recursive_directory_iterator
           at{root, fs::directory_options::skip_permission_denied, trouble},
       end;
       !trouble && at != end; at.increment(trouble)) {
    std::error_code gone;
    if (at->is_directory(gone) && visit(at->path()) == Below::left_out)
      at.disable_recursion_pending();
  }
}

/// The uppermost folders below `root` whose names fit.
template <typename Fits>
std::vector<std::string> groups_that_fit(const std::string& root, Fits fits) {
  std::vector<std::string> found;
  for_each_group(root, [&](const fs::path& group) {
    if (!fits(group.filename().string())) return Below::too;
    found.push_back(group.string());
    return Below::left_out;
  });
  std::ranges::sort(found);
  return found;
}

bool is_long_identifier(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Prefixes of a container's identifier in the name of its scope. Unknown prefixes end at the first dash.
constexpr std::array<std::string_view, 4> kRuntimes{"cri-containerd-", "crio-", "libpod-",
                                                    "docker-"};
// Such prefixes of scopes that are no containers.
constexpr std::array<std::string_view, 5> kNoRuntimes{"session-", "run-", "app-", "user-", "init-"};

/// The identifier in "<id>", "docker-<id>.scope", "libpod-<id>.scope", "nerdctl-<name>.scope" and the like.
std::string_view identifier_in(std::string_view folder) {
  if (!folder.ends_with(".scope")) return folder;
  folder.remove_suffix(6);
  const auto begins = [folder](std::string_view front) { return folder.starts_with(front); };
  if (std::ranges::any_of(kNoRuntimes, begins)) return {};
  const auto* const runtime = std::ranges::find_if(kRuntimes, begins);
  const std::string_view id =
      folder.substr(runtime != kRuntimes.end() ? runtime->size() : folder.find('-') + 1);
  // libpod-conmon-<id>.scope is the container's monitor, not the container.
  return id.starts_with("conmon-") ? std::string_view{} : id;
}

std::string_view last_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

constexpr std::string_view kRunGroup = "wsalive-run-";

/// Also true if the group is gone; false if that cannot be determined.
bool is_unpopulated(const std::string& group) {
  errno = 0;
  std::ifstream events{group + "/cgroup.events"};
  if (!events.is_open()) return errno == ENOENT;
  std::string name;
  int value = 1;
  while (events >> name >> value) {
    if (name == "populated") return value == 0;
  }
  return false;
}

/// Whether the group is empty and old enough for a new `run` to have moved into it by now. Whether the process number in its
/// name is in use says nothing: a namespace has its own process numbers.
bool is_abandoned(const std::string& group) {
  constexpr std::time_t kStartingSeconds = 10;
  struct stat status {};
  if (!is_unpopulated(group) || ::stat(group.c_str(), &status) != 0) return false;
  return std::time(nullptr) - status.st_mtime >= kStartingSeconds;
}

void take_away_abandoned(const std::string& parent) {
  std::error_code trouble;
  for (fs::directory_iterator at{parent, trouble}, end; !trouble && at != end;
       at.increment(trouble)) {
    const std::string group = at->path().string();
    if (at->path().filename().string().starts_with(kRunGroup) && is_abandoned(group)) {
      remove_group_tree(group);
    }
  }
}

}  // namespace

std::optional<std::string> cgroup2_mount() {
  std::ifstream mounts{"/proc/self/mounts"};
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words{line};
    std::string device;
    std::string path;
    std::string type;
    words >> device >> path >> type;
    if (type == "cgroup2") return path;
  }
  return std::nullopt;
}

std::optional<std::string> own_cgroup() { return group_in("/proc/self/cgroup"); }

std::optional<std::string> cgroup_of(pid_t pid) {
  return group_in(fmt::format("/proc/{}/cgroup", pid));
}

Result<std::uint64_t> cgroup_number(const std::string& path) noexcept {
  const Fd folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  struct stat status {};
  if (!folder || ::fstat(folder.get(), &status) != 0)
    return failure(errno, "open the control group");
  struct statfs system {};
  const bool is_group =
      ::fstatfs(folder.get(), &system) == 0 && system.f_type == CGROUP2_SUPER_MAGIC;
  if (!is_group) return failure(EINVAL, "find a control group of version 2");
  return std::uint64_t{status.st_ino};
}

bool is_group_of_unit(std::string_view path, std::string_view unit) {
  const std::string_view folder = last_of(path);
  std::string name{unit};
  if (name.find('.') == std::string::npos) name += ".service";
  // systemd prefixes names that the kernel reserves with a _.
  return folder == name || (folder.size() == name.size() + 1 && folder == '_' + name);
}

bool is_group_of_container(std::string_view path, std::string_view id) {
  const std::string_view found = identifier_in(last_of(path));
  return is_long_identifier(found) ? found.starts_with(id) : !id.empty() && found == id;
}

std::optional<std::string> socket_unit_of(std::string_view unit) {
  constexpr std::string_view kService = ".service";
  if (unit.ends_with(kService)) unit.remove_suffix(kService.size());
  if (unit.empty() || unit.find('.') != std::string_view::npos) return std::nullopt;
  return std::string{unit} + ".socket";
}

std::vector<std::string> groups_of_unit(const std::string& root, std::string_view unit) {
  return groups_that_fit(root,
                         [&](const std::string& folder) { return is_group_of_unit(folder, unit); });
}

std::vector<std::string> groups_of_container(const std::string& root, std::string_view id) {
  return groups_that_fit(
      root, [&](const std::string& folder) { return is_group_of_container(folder, id); });
}

std::map<std::uint64_t, std::string> groups_below(const std::string& root) {
  std::map<std::uint64_t, std::string> groups;
  const auto add = [&groups](const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) groups.emplace(status.st_ino, path);
  };
  add(root);
  for_each_group(root, [&](const fs::path& group) {
    add(group.string());
    return Below::too;
  });
  return groups;
}

std::vector<pid_t> processes_in(const std::string& group) {
  std::vector<pid_t> processes;
  const auto read = [&processes](const fs::path& folder) {
    std::ifstream lines{folder / "cgroup.procs"};
    for (pid_t pid = 0; lines >> pid;) processes.push_back(pid);
  };
  read(group);
  std::error_code trouble;
  for (fs::recursive_directory_iterator at{group, trouble}, end; !trouble && at != end;
       at.increment(trouble)) {
    std::error_code gone;
    if (at->is_directory(gone)) read(at->path());
  }
  return processes;
}

Status move_into_group(const std::string& group, pid_t pid) {
  const Fd file{::open((group + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)};
  const std::string text = std::to_string(pid);
  if (!file || ::write(file.get(), text.data(), text.size()) < 0) {
    return failure(errno, "move into a control group");
  }
  return {};
}

std::vector<std::string> abandoned_run_groups(const std::string& root) {
  std::vector<std::string> found = groups_that_fit(
      root, [](const std::string& folder) { return folder.starts_with(kRunGroup); });
  std::erase_if(found, [](const std::string& group) { return !is_abandoned(group); });
  return found;
}

void remove_group_tree(const std::string& group) noexcept {
  std::error_code trouble;
  for (fs::directory_iterator at{group, trouble}, end; !trouble && at != end;
       at.increment(trouble)) {
    std::error_code gone;
    if (at->is_directory(gone)) remove_group_tree(at->path().string());
  }
  ::rmdir(group.c_str());
}

Result<RunGroup> RunGroup::make(const std::string& parent) {
  constexpr int kMostOfOneNumber = 100;
  take_away_abandoned(parent);
  for (int turn = 0; turn < kMostOfOneNumber; ++turn) {
    std::string path = fmt::format("{}/{}{}", parent, kRunGroup, ::getpid());
    // Daemons of an earlier run with the same process number may still be in its group.
    if (turn > 0) path += fmt::format("-{}", turn);
    if (::mkdir(path.c_str(), 0755) == 0) return RunGroup{std::move(path)};
    if (errno != EEXIST) break;
  }
  return failure(errno, "make a control group");
}

Status RunGroup::move_here(pid_t pid) const { return move_into_group(path_, pid); }

Result<Fd> RunGroup::open_events() const {
  Fd file{::open((path_ + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return failure(errno, "watch a control group");
  return file;
}

bool RunGroup::is_empty() const { return is_unpopulated(path_); }

void RunGroup::remove() const noexcept {
  if (is_empty()) remove_group_tree(path_);
}

}  // namespace wsalive::attach

#include "attach/cgroup.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
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

/// The one folder below the mount whose name fits; nullopt if there are none or several.
template <typename Fits>
std::optional<std::string> the_one_group(Fits fits) {
  const std::optional<std::string> mount = cgroup2_mount();
  if (!mount) return std::nullopt;
  std::vector<std::string> found;
  std::error_code trouble;
  for (fs::recursive_directory_iterator
           at{*mount, fs::directory_options::skip_permission_denied, trouble},
       end;
       !trouble && at != end; at.increment(trouble)) {
    if (!at->is_directory(trouble) || !fits(at->path().filename().string())) continue;
    found.push_back(at->path().string());
    at.disable_recursion_pending();
  }
  if (found.size() != 1) return std::nullopt;
  return found.front();
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

std::optional<std::string> cgroup_of_unit(std::string_view unit) {
  std::string name{unit};
  if (name.find('.') == std::string::npos) name += ".service";
  return the_one_group([&](const std::string& folder) { return folder == name; });
}

std::optional<std::string> cgroup_of_container(std::string_view id) {
  // docker-<id>.scope, <id> below docker/, libpod-<id>.scope, cri-containerd-<id>.scope, ...
  return the_one_group([&](const std::string& folder) {
    const std::size_t at = folder.find(id);
    return at == 0 || (at != std::string::npos && folder[at - 1] == '-');
  });
}

Result<RunGroup> RunGroup::make(const std::string& parent) {
  std::string path = fmt::format("{}/wsalive-run-{}", parent, ::getpid());
  ::rmdir(path.c_str());  // An empty one that a killed run of our number has left behind.
  if (::mkdir(path.c_str(), 0755) != 0) return failure(errno, "make a control group");
  return RunGroup{std::move(path)};
}

Status RunGroup::move_here(pid_t pid) const {
  const Fd file{::open((path_ + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)};
  const std::string text = std::to_string(pid);
  if (!file || ::write(file.get(), text.data(), text.size()) < 0) {
    return failure(errno, "move into a control group");
  }
  return {};
}

Result<Fd> RunGroup::open_events() const {
  Fd file{::open((path_ + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return failure(errno, "watch a control group");
  return file;
}

bool RunGroup::is_empty() const {
  std::ifstream events{path_ + "/cgroup.events"};
  std::string name;
  int value = 1;
  while (events >> name >> value) {
    if (name == "populated") return value == 0;
  }
  return true;
}

void RunGroup::remove() const noexcept { ::rmdir(path_.c_str()); }

}  // namespace wsalive::attach

#include "attach/bpf/policy.hpp"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <vector>

#include "base/owned.hpp"
#include "os/file/file.hpp"

namespace wsalive::attach {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMount = "/sys/fs/bpf";
constexpr const char* kFolder = "/sys/fs/bpf/wsalive";

/// Whether only root and this user can write in the folder. The mount itself may be open to all.
Status folder_is_ours() noexcept {
  struct stat status {};
  if (::lstat(kFolder, &status) != 0) return failure(errno, "find /sys/fs/bpf/wsalive");
  const bool ours = S_ISDIR(status.st_mode) && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
                    (status.st_uid == 0 || status.st_uid == ::geteuid());
  return ours ? Status{} : failure(kForeignPins, "trust /sys/fs/bpf/wsalive");
}

/// Asks the file system itself; if that is inaccessible, the table of mounts.
bool is_mounted() {
  struct statfs system {};
  if (::statfs(kMount, &system) == 0) return system.f_type == BPF_FS_MAGIC;
  std::istringstream mounts{os::read_file("/proc/self/mountinfo").value_or("")};
  const std::string where = fmt::format(" {} ", kMount);
  bool is_bpf = false;  // The last mount on a folder covers the earlier ones.
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(where) != std::string::npos) is_bpf = line.find(" - bpf ") != std::string::npos;
  }
  return is_bpf;
}

std::string folder_of(std::uint64_t group) { return fmt::format("{}/{}", kFolder, group); }

/// 0, or the errno of the first step that failed.
int take_away(const std::string& folder) {
  for (const char* part : {kConnectionsPin, kHoldPin, kAboutPin}) {
    if (::unlink((folder + part).c_str()) != 0 && errno != ENOENT) return errno;
  }
  return ::rmdir(folder.c_str()) == 0 ? 0 : errno;
}

/// A link outlives its group, and then refers to none.
Standing standing_of(const std::string& folder) {
  const Fd link{bpf_obj_get((folder + kConnectionsPin).c_str())};
  if (!link) return errno == ENOENT ? Standing::ended : Standing::unknown;
  bpf_link_info info{};
  __u32 size = sizeof info;
  if (bpf_obj_get_info_by_fd(link.get(), &info, &size) != 0) return Standing::unknown;
  return info.cgroup.cgroup_id != 0 ? Standing::in_force : Standing::ended;
}

/// The description, with the length that the map has: another version's may be longer.
std::string read_about(const std::string& folder) {
  const Fd map{bpf_obj_get((folder + kAboutPin).c_str())};
  bpf_map_info info{};
  __u32 size = sizeof info;
  constexpr __u32 kMost = 1U << 20U;
  const bool fits = map && bpf_obj_get_info_by_fd(map.get(), &info, &size) == 0 &&
                    info.type == BPF_MAP_TYPE_ARRAY && info.key_size == sizeof(unsigned) &&
                    info.value_size < kMost;
  if (!fits) return {};
  std::vector<char> text(info.value_size + 8U, 0);  // The kernel rounds values up to eight bytes.
  const unsigned key = 0;
  if (bpf_map_lookup_elem(map.get(), &key, text.data()) != 0) return {};
  text.back() = 0;
  return text.data();
}

}  // namespace

Status pins_are_possible() {
  if (!is_mounted()) return failure(ENODEV, "find the bpf file system");
  const Status ours = folder_is_ours();
  return ours || ours.error().code == ENOENT ? Status{} : ours;
}

Status pin_as_one(std::uint64_t group,
                  const std::function<int(const std::string& folder)>& pin_all) {
  if (::mkdir(kFolder, 0755) != 0 && errno != EEXIST) {
    return failure(errno, "make a folder in the bpf file system");
  }
  if (const Status ours = folder_is_ours(); !ours) return ours;
  const std::string unseen = fmt::format("{}/new-{}", kFolder, ::getpid());
  static_cast<void>(take_away(unseen));  // Left by a killed process with the same number.
  if (::mkdir(unseen.c_str(), 0755) != 0) {
    return failure(errno, "make a folder in the bpf file system");
  }
  const int error = pin_all(unseen);
  if (error != 0) {
    static_cast<void>(take_away(unseen));
    return failure(std::abs(error), "pin the bpf policy");
  }
  const std::string folder = folder_of(group);
  if (standing_of(folder) == Standing::ended) static_cast<void>(take_away(folder));
  if (std::rename(unseen.c_str(), folder.c_str()) == 0) return {};
  const int refusal = errno == ENOTEMPTY ? EEXIST : errno;
  static_cast<void>(take_away(unseen));
  return failure(refusal, "pin the bpf policy");
}

Result<std::vector<PinnedPolicy>> pinned_policies() {
  const Status ours = folder_is_ours();
  if (!ours && ours.error().code == kForeignPins) return tl::unexpected(ours.error());
  std::vector<PinnedPolicy> policies;
  std::error_code trouble;
  for (fs::directory_iterator at{kFolder, trouble}, end; !trouble && at != end;
       at.increment(trouble)) {
    const std::string name = at->path().filename().string();
    PinnedPolicy found;
    const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), found.group);
    if (error != std::errc{} || stop != name.data() + name.size()) continue;
    found.standing = standing_of(at->path().string());
    found.about = read_about(at->path().string());
    policies.push_back(std::move(found));
  }
  if (trouble && trouble != std::errc::no_such_file_or_directory) {
    return failure(trouble.value(), "read /sys/fs/bpf/wsalive");
  }
  return policies;
}

Status detach_pinned(std::uint64_t group) {
  if (const Status ours = folder_is_ours(); !ours) return ours;
  const std::string folder = folder_of(group);
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return failure(errno, "find the policy");
  const int error = take_away(folder);
  return error == 0 ? Status{} : failure(error, "unpin the bpf policy");
}

}  // namespace wsalive::attach

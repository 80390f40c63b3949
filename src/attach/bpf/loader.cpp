#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "attach/bpf/policy.hpp"
#include "base/fd.hpp"
#include "sockops.skel.h"

namespace wsalive::attach {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "/sys/fs/bpf/wsalive";

int say_nothing(libbpf_print_level /*level*/, const char* /*format*/, va_list /*arguments*/) {
  return 0;
}

/// A name is one part of a path and nothing else.
bool is_good_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

Result<std::string> folder_of(const std::string& name) {
  if (!is_good_name(name)) return failure(EINVAL, "a policy's name");
  return std::string{kFolder} + "/" + name;
}

}  // namespace

struct Attachment::Programs {
  sockops* skeleton = nullptr;
  bpf_link* connections = nullptr;
  bpf_link* hold = nullptr;

  Programs() = default;
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;
  ~Programs() {
    bpf_link__destroy(hold);
    bpf_link__destroy(connections);
    sockops__destroy(skeleton);
  }

  [[nodiscard]] Status load(const wsalive_policy& data, const std::string& about);
  [[nodiscard]] Status link(int cgroup);
};

Status Attachment::Programs::load(const wsalive_policy& data, const std::string& about) {
  skeleton = sockops__open();
  if (!skeleton) return failure(errno, "open the bpf programs");
  // The skeleton's type of the same memory is a copy that clang made; the layout is one.
  static_assert(sizeof data == sizeof skeleton->rodata->policy);
  std::memcpy(const_cast<void*>(static_cast<const volatile void*>(&skeleton->rodata->policy)),
              &data, sizeof data);
  bpf_program__set_autoload(skeleton->progs.wsalive_hold, data.force != 0);
  if (const int error = sockops__load(skeleton); error != 0)
    return failure(-error, "load the bpf programs");

  wsalive_about text{};
  std::strncpy(text.text, about.c_str(), sizeof text.text - 1);
  const unsigned key = 0;
  if (bpf_map__update_elem(skeleton->maps.about, &key, sizeof key, &text, sizeof text, BPF_ANY) !=
      0) {
    return failure(errno, "describe the bpf policy");
  }
  return {};
}

Status Attachment::Programs::link(int cgroup) {
  connections = bpf_program__attach_cgroup(skeleton->progs.wsalive_connections, cgroup);
  if (!connections) return failure(errno, "attach the bpf program to the control group");
  if (!bpf_program__autoload(skeleton->progs.wsalive_hold)) return {};
  hold = bpf_program__attach_cgroup(skeleton->progs.wsalive_hold, cgroup);
  if (!hold) return failure(errno, "attach the bpf program to the control group");
  return {};
}

Attachment::Attachment(std::unique_ptr<Programs> programs) noexcept
    : programs_(std::move(programs)) {}
Attachment::Attachment(Attachment&&) noexcept = default;
Attachment& Attachment::operator=(Attachment&&) noexcept = default;
Attachment::~Attachment() = default;

Result<Attachment> Attachment::attach(const std::string& cgroup, const BpfPolicy& policy) {
  const Result<wsalive_policy> data = encode(policy);
  if (!data) return tl::unexpected(data.error());
  const Fd group{::open(cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!group) return failure(errno, "open the control group");
  libbpf_set_print(say_nothing);
  auto programs = std::make_unique<Programs>();
  if (const Status loaded = programs->load(*data, policy.about); !loaded) {
    return tl::unexpected(loaded.error());
  }
  if (const Status linked = programs->link(group.get()); !linked)
    return tl::unexpected(linked.error());
  return Attachment{std::move(programs)};
}

Status Attachment::pin(const std::string& name) {
  const Result<std::string> folder = folder_of(name);
  if (!folder) return tl::unexpected(folder.error());
  if (::mkdir(kFolder, 0755) != 0 && errno != EEXIST)
    return failure(errno, "make /sys/fs/bpf/wsalive");
  if (::mkdir(folder->c_str(), 0755) != 0) return failure(errno, "make the policy's folder");
  const auto pin_all = [&]() -> int {
    if (const int e = bpf_link__pin(programs_->connections, (*folder + "/connections").c_str()))
      return e;
    if (const int e = bpf_map__pin(programs_->skeleton->maps.about, (*folder + "/about").c_str()))
      return e;
    return programs_->hold ? bpf_link__pin(programs_->hold, (*folder + "/hold").c_str()) : 0;
  };
  if (const int error = pin_all(); error != 0) {
    static_cast<void>(detach_pinned(name));
    return failure(-error, "pin the bpf policy");
  }
  return {};
}

Result<std::vector<PinnedPolicy>> pinned_policies() {
  std::vector<PinnedPolicy> policies;
  std::error_code trouble;
  for (fs::directory_iterator at{kFolder, trouble}, end; !trouble && at != end;
       at.increment(trouble)) {
    PinnedPolicy found{.name = at->path().filename().string(), .about = {}};
    const Fd map{bpf_obj_get((at->path() / "about").c_str())};
    wsalive_about text{};
    const unsigned key = 0;
    if (map && bpf_map_lookup_elem(map.get(), &key, &text) == 0) found.about = text.text;
    policies.push_back(std::move(found));
  }
  if (trouble && trouble != std::errc::no_such_file_or_directory) {
    return failure(trouble.value(), "read /sys/fs/bpf/wsalive");
  }
  return policies;
}

Status detach_pinned(const std::string& name) {
  const Result<std::string> folder = folder_of(name);
  if (!folder) return tl::unexpected(folder.error());
  std::error_code trouble;
  if (!fs::is_directory(*folder, trouble)) return failure(ENOENT, "find the policy");
  for (const char* part : {"/connections", "/hold", "/about"}) {
    if (::unlink((*folder + part).c_str()) != 0 && errno != ENOENT)
      return failure(errno, "unpin the bpf policy");
  }
  if (::rmdir(folder->c_str()) != 0) return failure(errno, "remove the policy's folder");
  return {};
}

bool bpf_is_built() noexcept { return true; }

}  // namespace wsalive::attach

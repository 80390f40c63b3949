#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "attach/bpf/pins.hpp"
#include "attach/bpf/policy.hpp"
#include "base/owned.hpp"
#include "sockops.skel.h"

namespace wsalive::attach {
namespace {

int say_nothing(libbpf_print_level /*level*/, const char* /*format*/, va_list /*arguments*/) {
  return 0;
}

Result<Fd> open_group(const std::string& cgroup) {
  Fd group{::open(cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!group) return failure(errno, "open the control group");
  return group;
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
  [[nodiscard]] Status give_to(int cgroup) const;
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

  if (about.size() >= sizeof(wsalive_about::text)) return failure(E2BIG, "describe the bpf policy");
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

/// Without a link the group itself holds its programs.
Status Attachment::Programs::give_to(int cgroup) const {
  const auto give = [cgroup](const bpf_program* program, bpf_attach_type kind) {
    return bpf_prog_attach(bpf_program__fd(program), cgroup, kind, BPF_F_ALLOW_MULTI);
  };
  int error = give(skeleton->progs.wsalive_connections, BPF_CGROUP_SOCK_OPS);
  if (error == 0 && bpf_program__autoload(skeleton->progs.wsalive_hold)) {
    error = give(skeleton->progs.wsalive_hold, BPF_CGROUP_SETSOCKOPT);
  }
  return error == 0 ? Status{} : failure(-error, "attach the bpf program to the control group");
}

Attachment::Attachment(std::unique_ptr<Programs> programs) noexcept
    : programs_(std::move(programs)) {}
Attachment::Attachment(Attachment&&) noexcept = default;
Attachment& Attachment::operator=(Attachment&&) noexcept = default;
Attachment::~Attachment() = default;

Result<std::unique_ptr<Attachment::Programs>> Attachment::prepare(const BpfPolicy& policy) {
  const Result<wsalive_policy> data = encode(policy);
  if (!data) return tl::unexpected(data.error());
  libbpf_set_print(say_nothing);
  auto programs = std::make_unique<Programs>();
  if (const Status loaded = programs->load(*data, policy.about); !loaded) {
    return tl::unexpected(loaded.error());
  }
  return programs;
}

Result<Attachment> Attachment::attach(const std::string& cgroup, const BpfPolicy& policy) {
  const Result<Fd> group = open_group(cgroup);
  if (!group) return tl::unexpected(group.error());
  auto programs = prepare(policy);
  if (!programs) return tl::unexpected(programs.error());
  if (const Status linked = (*programs)->link(group->get()); !linked) {
    return tl::unexpected(linked.error());
  }
  return Attachment{std::move(*programs)};
}

Status Attachment::leave_with(const std::string& cgroup, const BpfPolicy& policy) {
  const Result<Fd> group = open_group(cgroup);
  if (!group) return tl::unexpected(group.error());
  const auto programs = prepare(policy);
  return programs ? (*programs)->give_to(group->get()) : tl::unexpected(programs.error());
}

Status Attachment::pin(std::uint64_t group) {
  if (const Status possible = pins_are_possible(); !possible) return possible;
  return pin_as_one(group, [this](const std::string& folder) {
    int error = bpf_link__pin(programs_->connections, (folder + kConnectionsPin).c_str());
    if (error == 0)
      error = bpf_map__pin(programs_->skeleton->maps.about, (folder + kAboutPin).c_str());
    if (error == 0 && programs_->hold) {
      error = bpf_link__pin(programs_->hold, (folder + kHoldPin).c_str());
    }
    return error;
  });
}

bool bpf_is_built() noexcept { return true; }

}  // namespace wsalive::attach

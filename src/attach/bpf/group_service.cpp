#include "attach/bpf/group_service.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "attach/run/detached.hpp"

namespace wsalive::attach {

Result<std::unique_ptr<BpfGroupService>> BpfGroupService::make(const BpfPolicy& policy) {
  const std::optional<std::string> parent = own_cgroup();
  if (!parent) return failure(ENOENT, "find the version-2 control groups");
  Result<RunGroup> group = RunGroup::make(*parent);
  if (!group) return tl::unexpected(group.error());
  Result<Fd> events = group->open_events();
  const Status attached = Attachment::leave_with(group->path(), policy);
  if (!events || !attached) {
    group->remove();
    return tl::unexpected(!attached ? attached.error() : events.error());
  }
  return std::unique_ptr<BpfGroupService>{
      new BpfGroupService{std::move(*group), std::move(*events), *parent}};
}

BpfGroupService::~BpfGroupService() {
  if (in_it_ == ::getpid()) static_cast<void>(move_into_group(parent_, in_it_));
  group_.remove();
}

Result<Fd> BpfGroupService::prepare_program() {
  const Status moved = group_.move_here(::getpid());
  if (!moved) return tl::unexpected(moved.error());
  in_it_ = ::getpid();
  return Fd{};
}

Status BpfGroupService::take(Fd /*from_program*/) { return {}; }

// The kernel delays the event of a change within 10 ms of another one, and drops it if the group is removed meanwhile: a front
// removes it when its program has ended.
KeeperService::Watch BpfGroupService::watch() const {
  constexpr int kLookAgainMs = 1000;
  return {events_.get(), POLLPRI, kLookAgainMs};
}

bool BpfGroupService::all_gone() const {
  // Reading clears the mark of the last change. If it fails, the mark stays, and the state is unknown.
  std::array<char, 256> text{};
  const ssize_t size = ::pread(events_.get(), text.data(), text.size() - 1, 0);
  if (size < 0 && errno == ENODEV) return true;  // The group is removed.
  if (size < 0) pause_for_a_moment();
  return std::string_view{text.data()}.find("populated 0") != std::string_view::npos;
}

}  // namespace wsalive::attach

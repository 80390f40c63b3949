#include "attach/bpf/companion.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace wsalive::attach {

Result<std::unique_ptr<BpfCompanion>> BpfCompanion::make(const BpfPolicy& policy) {
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
  return std::unique_ptr<BpfCompanion>{
      new BpfCompanion{std::move(*group), std::move(*events), *parent}};
}

BpfCompanion::~BpfCompanion() {
  if (in_it_ == ::getpid()) static_cast<void>(move_into_group(parent_, in_it_));
  group_.remove();
}

Result<Fd> BpfCompanion::prepare_program() {
  const Status moved = group_.move_here(::getpid());
  if (!moved) return tl::unexpected(moved.error());
  in_it_ = ::getpid();
  return Fd{};
}

Status BpfCompanion::take(Fd /*from_program*/) { return {}; }

Companion::Watch BpfCompanion::watch() const {
  // Reading from the start takes the last change's mark away.
  std::array<char, 256> text{};
  static_cast<void>(!::pread(events_.get(), text.data(), text.size(), 0));
  return {events_.get(), POLLPRI};
}

}  // namespace wsalive::attach

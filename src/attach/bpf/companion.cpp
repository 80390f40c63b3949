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
  Result<Attachment> attachment = Attachment::attach(group->path(), policy);
  if (!events || !attachment) {
    group->remove();
    return tl::unexpected(!attachment ? attachment.error() : events.error());
  }
  return std::unique_ptr<BpfCompanion>{
      new BpfCompanion{std::move(*group), std::move(*events), std::move(*attachment)}};
}

Result<Fd> BpfCompanion::prepare_program() {
  const Status moved = group_.move_here(::getpid());
  if (!moved) return tl::unexpected(moved.error());
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

#include "engine/fork_family.hpp"

namespace wsalive::engine {
namespace {

std::uint64_t byte_of(const Slot& slot) noexcept {
  constexpr std::uint64_t kOffsets = ~std::uint64_t{0} >> 1U;  // Record locks have signed offsets.
  return slot.cookie.load(std::memory_order_relaxed) & kOffsets;
}

}  // namespace

bool ForkFamily::claim(const Slot& slot) noexcept {
  const auto& file = files_[course_of(slot).family];
  return file && file->try_lock(byte_of(slot), 1);
}

void ForkFamily::yield(const Slot& slot) noexcept {
  const auto& file = files_[course_of(slot).family];
  if (file) file->unlock(byte_of(slot), 1);
}

bool ForkFamily::have_file() noexcept {
  if (own_ >= kGenerations) return false;
  if (files_[own_]) return true;
  auto made = os::LockFile::create();
  if (made && made->try_lock(0, 0)) files_[own_].emplace(std::move(*made));
  return files_[own_].has_value();
}

void ForkFamily::mark_shared(Slot& slot) const noexcept {
  change(slot, [&](Course& edited) {
    edited.shared = 1;
    edited.family = own_ & 0xFU;
  });
}

Ownership::Arbiter ForkFamily::share(Slot& slot) noexcept {
  const Course course = course_of(slot);
  if (!course.shared && !course.standby) {  // Else its byte lies in an older file.
    if (!have_file()) return {};
    mark_shared(slot);
  }
  const auto& file = files_[course_of(slot).family];
  return file ? Arbiter{file->id(), file->descriptor()} : Arbiter{};
}

std::optional<std::uint32_t> ForkFamily::family_of(std::uint64_t id) const noexcept {
  for (std::size_t at = 0; at < kFiles; ++at) {
    if (files_[at] && files_[at]->id() == id) return static_cast<std::uint32_t>(at);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> ForkFamily::join(Fd arbiter) noexcept {
  auto joined = os::LockFile::adopt(std::move(arbiter));
  for (std::size_t at = kGenerations; joined && at < kFiles; ++at) {
    if (files_[at]) continue;
    files_[at].emplace(std::move(*joined));
    return static_cast<std::uint32_t>(at);
  }
  return std::nullopt;
}

void ForkFamily::before_fork(Conductor& conductor) noexcept {
  if (conductor.idle()) return;
  const bool has_file = have_file();
  conductor.for_each_driven([&](int /*fd*/, Slot& slot) {
    const Course course = course_of(slot);
    if (course.standby || course.shared) return;  // Its byte lies in an older file.
    if (has_file) mark_shared(slot);
  });
}

void ForkFamily::in_child(Conductor& conductor) noexcept {
  if (own_ < kGenerations && files_[own_]) ++own_;
  conductor.for_each_driven([&](int fd, Slot& slot) {
    // What could not be put under a lock stays the parent's: never two.
    if (!course_of(slot).shared && !course_of(slot).standby) return conductor.abandon(fd, slot);
    change(slot, [](Course& course) {
      course.standby = 1;
      course.shared = 0;
      course.triggered = 0;
    });
  });
}

}  // namespace wsalive::engine

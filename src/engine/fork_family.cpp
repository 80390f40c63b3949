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

void ForkFamily::before_fork(Conductor& conductor) noexcept {
  if (conductor.idle()) return;
  if (own_ < kGenerations && !files_[own_]) {
    auto made = os::LockFile::create();
    if (made && made->try_lock(0, 0)) files_[own_].emplace(std::move(*made));
  }
  conductor.for_each_driven([&](int /*fd*/, Slot& slot) {
    const Course course = course_of(slot);
    if (course.standby || course.shared) return;  // Its byte lies in an older file.
    if (own_ >= kGenerations || !files_[own_]) return;
    change(slot, [&](Course& edited) {
      edited.shared = 1;
      edited.family = own_ & 0xFU;
    });
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

// How the conductor stands by for connections that another process of the family drives (fork_family.hpp).

#include <algorithm>

#include "engine/conductor.hpp"

namespace wsalive::engine {

using std::chrono::milliseconds;

void Conductor::stand_by(int fd, Slot& slot, const SharedCourse& connection,
                         std::uint32_t family) noexcept {
  drop(fd, slot);
  slot.cookie.store(connection.cookie, std::memory_order_relaxed);
  slot.times.store(connection.times, std::memory_order_relaxed);
  slot.backstop_idle = connection.backstop_idle & 0x7FFFU;
  slot.course.store(connection.course, std::memory_order_release);
  change(slot, [family](Course& course) {
    course.standby = 1;
    course.shared = course.triggered = 0;
    course.family = family & 0xFU;
  });
  due_.schedule(fd, Instant{});
  publisher_.update(fd);
}

/// Whether this process has the connection under another descriptor, too, and drives it there.
bool Conductor::is_driven_here(const Slot& other) noexcept {
  const std::uint64_t cookie = other.cookie.load(std::memory_order_relaxed);
  bool found = false;
  for_each_driven([&](int /*fd*/, const Slot& slot) {
    const bool same = &slot != &other && slot.cookie.load(std::memory_order_relaxed) == cookie;
    found = found || (same && !course_of(slot).standby);
  });
  return found;
}

/// Whether another process of the family drives. It is asked again whenever a probe could be due, a
/// little after the other process would have sent it.
bool Conductor::stands_by(int fd, Slot& slot, Instant now) noexcept {
  if (!course_of(slot).standby) return false;
  if (!is_driven_here(slot) && ownership_.claim(slot)) {
    const bool kernel_counts = driver_of(course_of(slot)) == Driver::rearm;
    const auto facts = parts_.host.facts(fd);
    // All N probes are still to come.
    slot.base_probes = facts && kernel_counts ? facts->probes : 0;
    slot.last_probes = slot.base_probes;
    slot.notes = 0;
    slot.mark = 0;
    change(slot, [](Course& course) {
      course.standby = 0;
      course.shared = 1;
    });
    return false;
  }
  const policy::Timing wanted = wanted_of(slot).timing;
  const milliseconds step =
      std::max<milliseconds>(std::min(wanted.idle, wanted.interval), milliseconds{50});
  const auto facts = parts_.host.facts(fd);
  const milliseconds idle = wanted.idle;
  const bool is_recent = facts && facts->heard < idle;
  due_.schedule(fd, parts_.ticks.behind(now, (is_recent ? idle - facts->heard : step)) +
                        4 * parts_.ticks.length);
  return true;
}

}  // namespace wsalive::engine

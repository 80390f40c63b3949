// How the conductor lets go of connections: switched off under the lock, or without it and found later.

#include "engine/conductor.hpp"
#include "engine/kernel_values.hpp"

namespace wsalive::engine {

/// Stops driving, whatever comes next; the slot's values stay.
void Conductor::let_go(int fd, Slot& slot) noexcept {
  if (ProbeDriver* const old = driver(driver_of(course_of(slot)))) old->detach(fd, slot);
  due_.remove(fd);
  slot.mark = 0;
  slot.base_probes = slot.last_probes = 0;
  slot.notes = 0;
  change(slot, [](Course& course) { course.driver = 0; });
}

void Conductor::stop(int fd, Slot& slot) noexcept {
  const Course before = course_of(slot);
  if (before.driver != static_cast<unsigned>(Driver::kernel)) {
    let_go(fd, slot);
    leave_values(fd, slot);
  }
  if (before.shared) ownership_.yield(slot);
  change(slot, [](Course& course) {
    course.kind = static_cast<std::uint32_t>(DriverKind::off);
    course.standby = course.shared = 0;
  });
  publisher_.update(fd);
}

/// The kernel is left with what comes nearest, as a reader of the socket would expect it.
void Conductor::leave_values(int fd, const Slot& slot) noexcept {
  const os::KernelKeepAlive values = nearest_later_in_kernel(wanted_of(slot).timing);
  (void)parts_.host.set_interval(fd, values.interval_s);
  (void)parts_.host.set_count(fd, values.probes);
  (void)parts_.host.set_idle(fd, values.idle_s);
}

bool Conductor::let_go_if_off(int fd, Slot& slot) noexcept {
  Course off = course_of(slot);
  if (kind_of(off) != DriverKind::off) return false;
  Course gone = off;
  gone.driver = gone.triggered = 0;
  // Turned on again at this very moment, it is driven on.
  if (!slot.course.compare_exchange_strong(off, gone, std::memory_order_acq_rel)) return false;
  rearm_.detach(fd, slot);
  due_.remove(fd);
  const std::chrono::milliseconds idle = wanted_of(slot).timing.idle;
  const bool is_plain = gone.written != 0 && slot.base_probes == 0 &&
                        std::chrono::seconds{slot.backstop_idle} == idle;
  if (!is_plain) leave_values(fd, slot);  // The silence had values of its own.
  slot.mark = 0;
  slot.base_probes = slot.last_probes = 0;
  publisher_.update(fd);
  return true;
}

// Another thread may turn it on without the lock at any moment. One exchange decides, and takes `written` away: whoever turns it
// on afterwards needs the lock, and finds the values.
bool Conductor::keep_values(int fd, Slot& slot, const policy::SourcedTiming& wanted) noexcept {
  Course off = course_of(slot);
  Course kept;
  do {
    if (kind_of(off) != DriverKind::off) return false;
    kept = off;
    kept.driver = kept.written = kept.triggered = kept.standby = kept.shared = 0;
  } while (!slot.course.compare_exchange_weak(off, kept, std::memory_order_acq_rel));
  if (off.shared) ownership_.yield(slot);
  set_wanted(slot, wanted);
  if (slot.place == 0) return true;
  rearm_.detach(fd, slot);
  due_.remove(fd);
  leave_values(fd, slot);
  slot.mark = 0;
  slot.base_probes = slot.last_probes = 0;
  publisher_.update(fd);
  return true;
}

void Conductor::leave_to_kernel(Instant now) noexcept {
  for_each_driven([&](int fd, Slot& slot) {
    const auto cookie = parts_.host.cookie(fd);
    const bool is_same = cookie && *cookie == slot.cookie.load(std::memory_order_relaxed);
    if (is_same && !let_go_if_off(fd, slot)) reconsider(fd, slot, Driving::kernel_only, now);
    if (slot.place != 0)
      drop(fd, slot);  // Another process's, or a number that means another socket now.
  });
}

void Conductor::sweep() noexcept {
  for_each_driven([&](int fd, Slot& slot) {
    const auto cookie = kind_of(course_of(slot)) == DriverKind::off ? parts_.host.cookie(fd)
                                                                    : Result<std::uint64_t>{0};
    if (cookie && *cookie == slot.cookie.load(std::memory_order_relaxed)) {
      (void)let_go_if_off(fd, slot);
    }
  });
}

}  // namespace wsalive::engine

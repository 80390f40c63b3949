#include "engine/kernel_engine.hpp"

#include <cerrno>

#include "engine/death.hpp"
#include "engine/make_engine.hpp"
#include "engine/read_back.hpp"
#include "os/clock.hpp"

namespace wsalive::engine {
namespace {

Course course_of(const policy::SourcedTiming& wanted, DriverKind driver) noexcept {
  return {wanted.timing.probes, pack_sources(wanted), driver, /*written=*/true};
}

Times times_of(const policy::Timing& timing) noexcept {
  return {timing.idle.count(), timing.interval.count()};
}

/// Whether the kernel keeps this timing by itself and has all its values already.
bool has_values(const Slot& slot, const policy::SourcedTiming& wanted, const Plan& plan) noexcept {
  if (plan.kernel.on == os::Switch::off) return false;
  Course course = slot.course.load(std::memory_order_acquire);
  const bool idle_or_same = course.driver == DriverKind::off || course.driver == plan.driver;
  course.driver = plan.driver;
  return idle_or_same && course == course_of(wanted, plan.driver) &&
         slot.times.load(std::memory_order_relaxed) == times_of(wanted.timing);
}

/// Notes that the switch has changed and nothing else has.
Status turned(Slot& slot, DriverKind driver) noexcept {
  Course course = slot.course.load(std::memory_order_relaxed);
  if (course.driver == driver || course == Course{}) return {};
  course.driver = driver;
  slot.course.store(course, std::memory_order_release);
  return {};
}

}  // namespace

Status KernelEngine::switch_on(int fd, const policy::SourcedTiming& wanted, KernelSwitch already) {
  Slot* const slot = slots_.find(fd);
  if (!slot) return failure(fd < 0 ? EBADF : EMFILE, "keep-alive's table of descriptors");
  const Plan plan = plan_for(wanted.timing);
  if (has_values(*slot, wanted, plan)) {
    if (already == KernelSwitch::on) return turned(*slot, plan.driver);
    if (is_same_socket(fd, *slot)) {
      const Status done = host_.set_switch(fd, os::Switch::on);
      return done ? turned(*slot, plan.driver) : done;
    }
  }
  return switch_on_anew(fd, *slot, wanted, plan, already);
}

Status KernelEngine::switch_on_anew(int fd, Slot& slot, const policy::SourcedTiming& wanted,
                                    const Plan& plan, KernelSwitch already) {
  const auto cookie = host_.cookie(fd);
  if (!cookie) return tl::unexpected(cookie.error());
  const std::lock_guard guard{lock_};
  if (const Status written = write(fd, plan, already); !written) return written;
  slot.cookie.store(*cookie, std::memory_order_relaxed);
  slot.times.store(times_of(wanted.timing), std::memory_order_relaxed);
  slot.course.store(course_of(wanted, plan.driver), std::memory_order_release);
  return {};
}

bool KernelEngine::is_same_socket(int fd, const Slot& slot) const noexcept {
  const auto cookie = host_.cookie(fd);
  return cookie && *cookie == slot.cookie.load(std::memory_order_relaxed);
}

Status KernelEngine::write(int fd, const Plan& plan, KernelSwitch already) {
  const auto before = host_.values(fd);
  if (!before) return tl::unexpected(before.error());
  const os::KernelKeepAlive& kernel = plan.kernel;
  if (kernel.on == os::Switch::off) return host_.set_switch(fd, os::Switch::off);

  // The switch first and the idle time last: in this order the kernel counts the silence from the
  // last segment, in any other from the call (K-50).
  Status done;
  if (already == KernelSwitch::untouched) done = host_.set_switch(fd, os::Switch::on);
  if (done) done = host_.set_interval(fd, kernel.interval_s);
  if (done) done = host_.set_count(fd, kernel.probes);
  if (done) done = host_.set_idle(fd, kernel.idle_s);
  if (!done && already == KernelSwitch::untouched) (void)host_.set_switch(fd, before->on);
  return done;
}

Status KernelEngine::switch_off(int fd) {
  if (const Status done = host_.set_switch(fd, os::Switch::off); !done) return done;
  Slot* const slot = slots_.find(fd);
  return slot ? turned(*slot, DriverKind::off) : Status{};
}

void KernelEngine::forget(int fd) noexcept {
  Slot* const slot = slots_.find(fd);
  if (!slot || slot->course.load(std::memory_order_relaxed) == Course{}) return;
  const std::lock_guard guard{lock_};
  slot->cookie.store(0, std::memory_order_relaxed);
  slot->course.store({}, std::memory_order_release);
}

InForce KernelEngine::in_force(int fd, const policy::SourcedTiming& wanted) const {
  const auto values = host_.values(fd);
  const auto facts = host_.facts(fd);
  if (!values || !facts) return read_back_off(wanted);

  const Slot* const slot = slots_.find(fd);
  const Course course = slot ? slot->course.load(std::memory_order_acquire) : Course{};
  if (course.driver == DriverKind::silent) return read_back_silent(wanted);
  if (values->on == os::Switch::off) return read_back_off(wanted);
  if (!course.written) return read_back_kernel(wanted, {}, *values, *facts);
  const policy::SourcedTiming asked = unpack(slot->times.load(std::memory_order_relaxed), course);
  return read_back_kernel(asked, plan_for(asked.timing).kernel, *values, *facts);
}

Death KernelEngine::cause_of_death(int fd, int error) const noexcept {
  return death_from_records(host_, fd, error);
}

std::unique_ptr<Engine> make_engine(Host& host, const Clock& clock) {
  return std::make_unique<KernelEngine>(host, clock);
}

Engine& process_engine() {
  // Never destroyed: threads of the program may still close sockets while static objects go.
  static Engine& engine = *make_engine(os_host(), os::monotonic_clock()).release();
  return engine;
}

}  // namespace wsalive::engine

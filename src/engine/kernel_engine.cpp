#include "engine/kernel_engine.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/close_cause.hpp"
#include "engine/in_force.hpp"
#include "engine/make_engine.hpp"

namespace wsalive::engine {
namespace {

/// How soon what was turned off without the lock is forgotten.
constexpr std::chrono::milliseconds kSweep{500};

/// Whether the kernel has all values of the connection, and no other process has a part in it: on or off, the switch
/// is then all that changes.
bool only_switch_counts(Course course) noexcept {
  const bool kept = driver_of(course) == Driver::kernel ||
                    (driver_of(course) == Driver::rearm && course.written != 0);
  return kept && !course.standby && !course.shared && !course.resting;
}

/// Whether the kernel has this timing and nothing else is to be done: also where another process drives, if it is on.
bool has_values(const Slot& slot, Course course, const policy::SourcedTiming& wanted) noexcept {
  const bool is_on = kind_of(course) != DriverKind::off && !course.resting;
  return course.written != 0 && driver_of(course) != Driver::none &&
         (only_switch_counts(course) || is_on) &&
         unpack(slot.times.load(std::memory_order_relaxed), course) == wanted;
}

DriverKind driver_for(Course course, const policy::Timing& wanted) noexcept {
  if (!policy::detail::kernel_has_values(wanted, {}, {})) return DriverKind::late;
  return driver_of(course) == Driver::kernel ? DriverKind::native : DriverKind::rearm;
}

/// Notes that the switch has changed and nothing else has. False if another thread was faster.
bool note_switch(Slot& slot, Course expected, DriverKind driver) noexcept {
  if (kind_of(expected) == driver) return true;
  Course next = expected;
  next.kind = static_cast<std::uint32_t>(driver) & 7U;
  return slot.course.compare_exchange_strong(expected, next, std::memory_order_acq_rel);
}

tl::unexpected<SysError> no_slot(int fd) noexcept {
  return failure(fd < 0 ? EBADF : EMFILE, "keep-alive's table of descriptors");
}

}  // namespace

KernelEngine::KernelEngine(const DriverParts& parts, const Clock& clock, Ownership& ownership)
    : host_(parts.host),
      clock_(clock),
      ownership_(ownership),
      conductor_({parts.host, parts.ticks, parts.longest_idle_s, &clock}, slots_, ownership),
      thread_(*this, clock) {}

template <typename Body>
Status KernelEngine::with_thread(Body&& body) {
  const std::lock_guard guard{lock_};
  Status result = body(Driving::possible);
  if (conductor_.idle()) {
    let_thread_go();
    return result;
  }
  if (!thread_.ensure()) return body(Driving::kernel_only);
  thread_.wake_for(conductor_.next_due());
  return result;
}

Status KernelEngine::switch_on(int fd, const policy::SourcedTiming& wanted) {
  Slot* const slot = slots_.find(fd);
  if (!slot) return no_slot(fd);
  const Course course = course_of(*slot);
  if (has_values(*slot, course, wanted) && is_same_socket(fd, *slot)) {
    if (const Status done = host_.set_switch(fd, os::Switch::on); !done) return done;
    if (note_switch(*slot, course, driver_for(course, wanted.timing))) return {};
  }
  return with_thread([&](Driving driving) {
    return conductor_.start(fd, *slot, {wanted, KernelSwitch::unknown, driving}, clock_.now());
  });
}

Status KernelEngine::set_switch(int fd, const void* program_value,
                                const policy::SourcedTiming& wanted) {
  Slot* const slot = slots_.find(fd);
  if (!slot) return no_slot(fd);
  if (const Status done = host_.pass_switch(fd, program_value); !done) return done;
  std::uint32_t value = 0;
  std::memcpy(&value, program_value, sizeof value);  // Known to be good now.
  if (value == 0) {
    note_off(fd, *slot);
    return {};
  }
  const Course course = course_of(*slot);
  if (has_values(*slot, course, wanted) &&
      note_switch(*slot, course, driver_for(course, wanted.timing)))
    return {};
  return with_thread([&](Driving driving) {
    return conductor_.start(fd, *slot, {wanted, KernelSwitch::on, driving}, clock_.now());
  });
}

void KernelEngine::own(int fd) noexcept {
  const Slot* const slot = slots_.find(fd);
  if (!slot || course_of(*slot) == Course{}) return;
  if (!is_in_force(*slot) || !is_same_socket(fd, *slot)) forget(fd);
}

std::optional<Asked> KernelEngine::asked(int fd) const noexcept {
  const Slot* const slot = slots_.find(fd);
  if (!slot) return std::nullopt;
  const Course course = course_of(*slot);
  if (course == Course{}) return std::nullopt;
  const Times times = slot->times.load(std::memory_order_acquire);
  if (course_of(*slot) == Course{})
    return std::nullopt;  // Dropped just now, and the times with it.
  return Asked{kind_of(course) != DriverKind::off, unpack(times, course)};
}

void KernelEngine::moves(int fd) noexcept {
  Slot* const slot = slots_.find(fd);
  if (!slot || course_of(*slot) == Course{}) return;
  const std::lock_guard guard{lock_};
  conductor_.note(fd, *slot, asked(fd).value_or(Asked{}));
  let_thread_go();
}

Status KernelEngine::take_over(int fd, const Asked& asked) noexcept {
  Slot* const slot = slots_.find(fd);
  if (!slot) return no_slot(fd);
  const std::lock_guard guard{lock_};
  conductor_.note(fd, *slot, asked);
  let_thread_go();
  return {};
}

Status KernelEngine::set_values(int fd, const policy::SourcedTiming& wanted) {
  Slot* const slot = slots_.find(fd);
  if (!slot) return no_slot(fd);
  return with_thread([&](Driving driving) -> Status {
    if (conductor_.keep_values(fd, *slot, wanted)) return {};
    return conductor_.start(fd, *slot, {wanted, KernelSwitch::unknown, driving}, clock_.now());
  });
}

bool KernelEngine::is_same_socket(int fd, const Slot& slot) const noexcept {
  const auto cookie = host_.cookie(fd);
  return cookie && *cookie == slot.cookie.load(std::memory_order_relaxed);
}

Status KernelEngine::switch_off(int fd) {
  if (const Status done = host_.set_switch(fd, os::Switch::off); !done) return done;
  if (Slot* const slot = slots_.find(fd)) note_off(fd, *slot);
  return {};
}

void KernelEngine::note_off(int fd, Slot& slot) noexcept {
  const Course course = course_of(slot);
  const bool is_off = kind_of(course) == DriverKind::off && driver_of(course) == Driver::none;
  const bool is_free = is_off || only_switch_counts(course) || !is_in_force(slot);
  if (is_free && note_switch(slot, course, DriverKind::off)) {
    if (driver_of(course) == Driver::rearm) sweep_soon();
    return;
  }
  const std::lock_guard guard{lock_};
  conductor_.stop(fd, slot);
  let_thread_go();
}

// A program that turns one socket off and on without a pause wakes the thread only now and then.
void KernelEngine::sweep_soon() noexcept {
  if (sweep_at_.load(std::memory_order_relaxed) != Instant::max()) return;
  const Instant then = clock_.now() + kSweep;
  sweep_at_.store(then);
  thread_.wake_for(then);
}

void KernelEngine::sweep(Instant now) noexcept {
  if (now < sweep_at_.load()) return;
  sweep_at_.store(Instant::max());
  const std::lock_guard guard{lock_};
  conductor_.sweep();
}

/// The last connection is gone: the thread must not sleep on until that one would have been due.
void KernelEngine::let_thread_go() noexcept {
  if (conductor_.idle() && thread_.is_running()) thread_.wake_for(Instant::min());
}

void KernelEngine::reconsider(int fd) noexcept {
  Slot* const slot = slots_.find(fd);
  if (!slot || !is_in_force(*slot)) return;
  (void)with_thread([&](Driving driving) {
    conductor_.reconsider(fd, *slot, driving, clock_.now());
    return Status{};
  });
}

Status KernelEngine::limit_retransmission(int fd, int milliseconds) {
  Slot* const slot = slots_.find(fd);
  if (!slot || !is_in_force(*slot)) return host_.set_user_timeout(fd, milliseconds);
  return with_thread([&](Driving driving) {
    return conductor_.limit_retransmission(fd, *slot, milliseconds, driving, clock_.now());
  });
}

void KernelEngine::forget(int fd) noexcept {
  Slot* const slot = slots_.find(fd);
  if (!slot || course_of(*slot) == Course{}) return;
  const std::lock_guard guard{lock_};
  conductor_.drop(fd, *slot);
  let_thread_go();
}

SharedConnection KernelEngine::share(int fd) noexcept {
  Slot* const slot = slots_.find(fd);
  if (!slot || course_of(*slot) == Course{}) return {};
  const std::lock_guard guard{lock_};
  const bool is_driven = slot->place != 0 && kind_of(course_of(*slot)) != DriverKind::off;
  if (!is_driven || !is_same_socket(fd, *slot)) return {};
  const Ownership::Arbiter arbiter = ownership_.share(*slot);
  if (arbiter.id == 0) return {};
  return {{.cookie = slot->cookie.load(std::memory_order_relaxed),
           .lock_id = arbiter.id,
           .times = slot->times.load(std::memory_order_relaxed),
           .course = course_of(*slot),
           .backstop_idle = slot->backstop_idle},
          arbiter.descriptor};
}

bool KernelEngine::needs_lock_file(const SharedCourse& connection) const noexcept {
  const std::lock_guard guard{lock_};
  return connection.cookie != 0 && !ownership_.family_of(connection.lock_id);
}

void KernelEngine::stand_by(int fd, const SharedCourse& connection, Fd lock_file) noexcept {
  Slot* const slot = slots_.find(fd);
  if (!slot || connection.cookie == 0) return;
  (void)with_thread([&](Driving driving) {
    auto family = ownership_.family_of(connection.lock_id);
    if (!family) family = ownership_.join(std::exchange(lock_file, Fd{}));
    if (family && driving == Driving::possible) {
      conductor_.stand_by(fd, *slot, connection, *family);
    } else if (const std::optional<Asked> known = asked(fd)) {
      conductor_.note(fd, *slot, *known);  // The kernel's own values hold.
    }
    return Status{};
  });
}

void KernelEngine::leave_to_kernel() noexcept {
  const std::lock_guard alone{leaving_};
  {
    const std::lock_guard guard{lock_};
    thread_.close();
    conductor_.leave_to_kernel(clock_.now());
  }
  thread_.end();  // It may wait for the lock.
  const std::lock_guard guard{lock_};
  thread_.reopen();
}

std::optional<Instant> KernelEngine::run(Instant now) noexcept {
  sweep(now);
  for (;;) {
    const std::lock_guard guard{lock_};  // For one look at a time: others want it too.
    if (conductor_.run_first(now)) continue;
    if (conductor_.idle()) return std::nullopt;
    return std::min(conductor_.next_due(), sweep_at_.load());
  }
}

bool KernelEngine::let_end() noexcept {
  const std::lock_guard guard{lock_};
  if (!conductor_.idle()) return false;
  thread_.retired();
  return true;
}

InForce KernelEngine::in_force(int fd, const policy::SourcedTiming& wanted) const {
  const auto values = host_.values(fd);
  const auto facts = host_.facts(fd);
  const auto user_timeout = host_.user_timeout(fd);
  if (!values || !facts || !user_timeout) return in_force_while_off(wanted);
  const KernelSays found{*values, *facts, *user_timeout};
  const TickGrid& ticks = conductor_.parts().ticks;
  const Slot* const slot = slots_.find(fd);
  if (!slot) return in_force_in_kernel(wanted, *values, found, ticks);

  const std::lock_guard guard{lock_};
  const Course course = course_of(*slot);
  if (course == Course{} || !is_same_socket(fd, *slot)) {
    return in_force_in_kernel(wanted, {}, found, ticks);
  }
  return in_force_when_driven(*slot, wanted, found, ticks);
}

CloseCause KernelEngine::close_cause(int fd, int error) const noexcept {
  const Slot* const slot = slots_.find(fd);
  if (error == ECONNABORTED && slot && course_of(*slot).given_up != 0)
    return CloseCause::keep_alive;
  return close_cause_from_records(host_, fd, error);
}

void KernelEngine::before_fork(ForkFamily& family) noexcept {
  lock_.lock();
  conductor_.sweep();
  family.before_fork(conductor_);
}

void KernelEngine::in_child(ForkFamily& family) noexcept {
  thread_.lost_in_child();
  family.in_child(conductor_);
  conductor_.lost_in_child();
  if (!conductor_.idle()) (void)thread_.ensure();
  lock_.unlock();
}

std::unique_ptr<Engine> make_engine(const DriverParts& parts, const Clock& clock) {
  static SoleOwner sole;
  return std::make_unique<KernelEngine>(parts, clock, sole);
}

std::unique_ptr<Engine> make_engine(Host& host, const Clock& clock) {
  return make_engine(DriverParts{host, os_ticks()}, clock);
}

}  // namespace wsalive::engine

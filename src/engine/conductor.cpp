#include "engine/conductor.hpp"

#include <algorithm>
#include <cerrno>

#include "engine/kernel_values.hpp"

namespace wsalive::engine {
namespace {

using std::chrono::milliseconds;

/// Or it is over: the facts do not say which.
bool is_yet_to_connect(os::TcpState state) noexcept {
  return state == os::TcpState::close || state == os::TcpState::syn_sent;
}

/// A look that is later than this finds the engine back from an absence.
constexpr milliseconds kAway{500};
constexpr milliseconds kGrace{100};
constexpr unsigned kLooksPerTick = 64;

Asked asked_of(const Slot& slot) noexcept {
  return {kind_of(course_of(slot)) != DriverKind::off, wanted_of(slot)};
}

}  // namespace

Conductor::Conductor(const DriverParts& parts, SlotTable& slots, Ownership& ownership)
    : parts_(parts),
      slots_(slots),
      ownership_(ownership),
      due_(slots),
      rearm_(parts),
      repair_(parts),
      publisher_(slots, parts.ticks) {}

ProbeDriver* Conductor::driver(Driver which) noexcept {
  switch (which) {
    case Driver::rearm:
      return &rearm_;
    case Driver::repair:
      return &repair_;
    default:
      return nullptr;
  }
}

Conductor::Choice Conductor::choose(int fd, const Order& order, bool has_user_timeout) noexcept {
  const policy::SourcedTiming& wanted = order.wanted;
  policy::ConnectionFacts connection{.established = false, .user_timeout = has_user_timeout};
  policy::HostFacts host{
      .tick = std::chrono::ceil<std::chrono::microseconds>(parts_.ticks.length),
      .has_engine =
          order.driving == Driving::possible && wanted.precision == policy::Precision::exact,
      .can_repair = false,
  };
  const auto chosen = [&](const policy::DriverChoice& choice) -> Choice {
    // For a moment the count, and the idle time, stand one higher.
    const bool plain = policy::detail::kernel_has_values(choice.actual, host, connection) &&
                       choice.actual.probes < policy::kLargestKernelCount &&
                       choice.actual.idle < policy::kLongestKernelTime;
    return {choice, plain};
  };
  policy::DriverChoice choice = policy::choose_driver(wanted.timing, host, connection);
  if (choice.kind != DriverKind::late) return chosen(choice);
  // Asked only where nothing else would do.
  const auto facts = parts_.host.facts(fd);
  connection.established = facts && facts->state == os::TcpState::established;
  host.can_repair = parts_.host.may_repair(fd);
  choice = policy::choose_driver(wanted.timing, host, connection);
  if (choice.kind != DriverKind::late) return chosen(choice);
  // Told as what it will be: whoever looks between the handshake and the engine's next look has the truth.
  connection.established = facts && is_yet_to_connect(facts->state);
  if (policy::choose_driver(wanted.timing, host, connection).kind == DriverKind::repair)
    return chosen({DriverKind::repair, wanted.timing, Driver::rearm});
  return chosen(choice);
}

Status Conductor::start(int fd, Slot& slot, const Order& order, Instant now) {
  const Asked before = asked_of(slot);
  const bool was_in_force = is_in_force(slot);
  if (const Status done = put_in_force(fd, slot, order); !done) {
    if (!before.on && order.kernel == KernelSwitch::on)
      (void)parts_.host.set_switch(fd, os::Switch::off);
    take_back(fd, slot, before, was_in_force);
    if (has_driver(slot) && slot.place == 0) due_.schedule(fd, parts_.ticks.behind(now, kGrace));
    return done;
  }
  if (has_driver(slot)) look(fd, slot, now);
  publisher_.update(fd);
  return {};
}

/// What was asked for before holds again, by the driver that fits it.
void Conductor::take_back(int fd, Slot& slot, const Asked& before, bool was_in_force) noexcept {
  if (!was_in_force) {
    let_go(fd, slot);
    note(fd, slot, before);
  } else if (!is_in_force(slot)) {  // It was another socket's.
  } else if (before.on) {
    (void)put_in_force(fd, slot, {before.wanted, KernelSwitch::on});
  } else {
    stop(fd, slot);
    (void)keep_values(fd, slot, before.wanted);
  }
}

Status Conductor::put_in_force(int fd, Slot& slot, const Order& order) noexcept {
  const auto cookie = parts_.host.cookie(fd);
  if (!cookie) return tl::unexpected(cookie.error());
  const auto user_timeout = parts_.host.user_timeout(fd);  // Refuses what is not TCP.
  if (!user_timeout) return tl::unexpected(user_timeout.error());
  const bool is_same = slot.cookie.load(std::memory_order_relaxed) == *cookie;
  if (is_in_force(slot) && !is_same) drop(fd, slot);
  const Course before = course_of(slot);
  if (before.standby && kind_of(before) != DriverKind::off && wanted_of(slot) == order.wanted)
    return {};  // Another process sees to it.

  const Choice choice = choose(fd, order, *user_timeout != 0);
  // The switch first: in this order the kernel counts the silence from the last segment (K-50).
  if (order.kernel == KernelSwitch::unknown && choice.made.driver != Driver::none) {
    if (const Status done = parts_.host.set_switch(fd, os::Switch::on); !done) return done;
  }
  slot.cookie.store(*cookie, std::memory_order_relaxed);
  if (driver(choice.made.driver)) forget_connection(fd, slot);
  return install(fd, slot, order.wanted, choice);
}

void Conductor::note(int fd, Slot& slot, const Asked& asked) noexcept {
  drop(fd, slot);
  if (asked == Asked{}) return;
  set_wanted(slot, asked.wanted);
  const DriverKind kind = asked.on ? DriverKind::native : DriverKind::off;
  change(slot, [kind](Course& course) { course.kind = static_cast<std::uint32_t>(kind) & 7U; });
}

bool Conductor::has_driver(const Slot& slot) noexcept {
  const Course course = course_of(slot);
  return driver(driver_of(course)) && !course.standby;
}

/// A socket that is not connected, or not any more, may still be connected: its end is to come.
void Conductor::forget_connection(int fd, Slot& slot) noexcept {
  const auto facts = parts_.host.facts(fd);
  if (!facts) return;
  if (is_yet_to_connect(facts->state)) change(slot, [](Course& course) { course.connected = 0; });
}

Status Conductor::install(int fd, Slot& slot, const policy::SourcedTiming& wanted,
                          const Choice& choice) noexcept {
  const Course before = course_of(slot);
  const bool was_on = kind_of(before) != DriverKind::off && before.written + slot.place != 0;
  const policy::Timing had = wanted_of(slot).timing;
  if (driver_of(before) != choice.made.driver) let_go(fd, slot);
  set_wanted(slot, wanted);
  change(slot, [&](Course& course) {
    course.kind = static_cast<std::uint32_t>(choice.made.kind) & 7U;
    course.driver = static_cast<std::uint32_t>(choice.made.driver) & 3U;
    course.written = choice.made.driver == Driver::kernel ||
                     (choice.made.driver == Driver::rearm && choice.plain);
    course.kept = was_on;
  });
  if (ProbeDriver* const chosen = driver(choice.made.driver)) {
    const Status done = chosen->attach(fd, slot);
    if (done) due_.schedule(fd, slot.place != 0 ? slot.due : Instant{});
    return done;
  }
  if (choice.made.driver == Driver::kernel) {
    const bool kept_it = before.written != 0 && kind_of(before) == DriverKind::native;
    return write_kernel(fd, choice.made.actual, kept_it ? in_kernel(had) : os::KernelKeepAlive{});
  }
  return parts_.host.set_switch(fd, os::Switch::off);
}

Status Conductor::write_kernel(int fd, const policy::Timing& timing,
                               const os::KernelKeepAlive& already) noexcept {
  const os::KernelKeepAlive values = in_kernel(timing);
  Status done;
  if (values.interval_s != already.interval_s)
    done = parts_.host.set_interval(fd, values.interval_s);
  if (done && values.probes != already.probes) done = parts_.host.set_count(fd, values.probes);
  if (done) done = parts_.host.set_idle(fd, values.idle_s);  // Last, and always: it arms the timer.
  return done;
}

void Conductor::abandon(int fd, Slot& slot) noexcept {
  rearm_.forget(fd);
  due_.remove(fd);
  change(slot, [](Course& course) { course.driver = 0; });
}

void Conductor::lost_in_child() noexcept {
  publisher_.lost_in_child();
  for_each_driven([&](int fd, Slot& /*slot*/) {
    rearm_.forget(fd);
    publisher_.update(fd);
  });
}

void Conductor::drop(int fd, Slot& slot) noexcept {
  const Course before = course_of(slot);
  if (before == Course{}) return;
  if (before.shared) ownership_.yield(slot);
  // Whatever the drivers borrowed went with the socket that it was borrowed from.
  rearm_.forget(fd);
  due_.remove(fd);
  slot.mark = 0;
  slot.backstop_idle = 0;
  slot.base_probes = slot.last_probes = 0;
  slot.notes = 0;
  slot.cookie.store(0, std::memory_order_relaxed);
  slot.course.store({}, std::memory_order_release);
  slot.times.store({}, std::memory_order_release);  // Last: who reads them finds the course gone.
  publisher_.update(fd);
}

void Conductor::reconsider(int fd, Slot& slot, Driving driving, Instant now) {
  if (!choose_anew(fd, slot, driving)) return;
  if (has_driver(slot)) look(fd, slot, now);
  publisher_.update(fd);
}

bool Conductor::choose_anew(int fd, Slot& slot, Driving driving) noexcept {
  const Course course = course_of(slot);
  if (kind_of(course) == DriverKind::off || kind_of(course) == DriverKind::silent) return false;
  if (course.given_up || course.standby) return false;
  const bool is_on = !course.resting && driver_of(course) != Driver::none;
  const auto kernel = is_on ? KernelSwitch::on : KernelSwitch::unknown;
  (void)put_in_force(fd, slot, {wanted_of(slot), kernel, driving});
  return true;
}

Status Conductor::limit_retransmission(int fd, Slot& slot, int milliseconds, Driving driving,
                                       Instant now) {
  const auto cookie = parts_.host.cookie(fd);
  if (!cookie) return tl::unexpected(cookie.error());
  if (slot.cookie.load(std::memory_order_relaxed) != *cookie) drop(fd, slot);
  if (rearm_.replace_user_timeout(fd, milliseconds)) return {};  // In force after the next look.

  const auto before = parts_.host.user_timeout(fd);
  if (!before) return tl::unexpected(before.error());
  if (course_of(slot).written != 0 && milliseconds != 0) {
    // One that ends nothing comes first, so that the kernel gives keep-alive out of its hands before
    // the real one could end the connection.
    const Status done = parts_.host.set_user_timeout(fd, kNeverByUserTimeout);
    if (!done) return done;
    reconsider(fd, slot, driving, now);
  }
  const Status done = parts_.host.set_user_timeout(fd, milliseconds);
  if (!done) (void)parts_.host.set_user_timeout(fd, *before);
  if (kind_of(course_of(slot)) == DriverKind::off) {
    change(slot, [](Course& course) { course.written = 0; });  // To be chosen anew when it goes on.
  }
  if ((*before == 0) != (milliseconds == 0)) reconsider(fd, slot, driving, now);
  return done;
}

bool Conductor::run_first(Instant now) {
  if (due_.empty() || due_.first_due() > now) return false;
  const int fd = *due_.first();
  Slot& slot = slots_.at(fd);
  if (slot.due != Instant{} && now - slot.due > kAway) {
    due_.schedule(fd, after_absence(now));
    return true;
  }
  const auto cookie = parts_.host.cookie(fd);
  if (!cookie || *cookie != slot.cookie.load(std::memory_order_relaxed)) {
    drop(fd, slot);
  } else if (!let_go_if_off(fd, slot) && !stands_by(fd, slot, now)) {
    look(fd, slot, now);
  }
  return true;
}

// The engine was away (stopped, starved, its machine paused). What is overdue is not looked at now: the kernel first
// gets a moment to hear what has come meanwhile, and thousands are looked at one after the other.
Instant Conductor::after_absence(Instant now) noexcept {
  if (now >= queue_ends_) queued_ = 0;
  const auto turn = static_cast<int>(queued_++ / kLooksPerTick);
  const Instant then = parts_.ticks.behind(now, kGrace + turn * parts_.ticks.length);
  queue_ends_ = then;
  return then;
}

void Conductor::look(int fd, Slot& slot, Instant now) {
  constexpr int kMostLooks = 8;
  bool goes_on = true;
  bool is_new = false;
  for (int looks = 0; goes_on && looks < kMostLooks; ++looks) {
    ProbeDriver* const driving = driver(driver_of(course_of(slot)));
    if (!driving) {
      due_.remove(fd);
      break;
    }
    const Next next = driving->look(fd, slot, now);
    is_new = is_new || next.verdict != Verdict::again;
    goes_on = conclude(fd, slot, next);
    if (goes_on && looks + 1 == kMostLooks) due_.schedule(fd, parts_.ticks.behind(now, kGrace));
  }
  // In a silence that the kernel counts nothing changes that others read.
  if (is_new || driver_of(course_of(slot)) != Driver::rearm) publisher_.update(fd);
}

bool Conductor::conclude(int fd, Slot& slot, const Next& next) noexcept {
  switch (next.verdict) {
    case Verdict::again:
      due_.schedule(fd, next.due);
      return false;
    case Verdict::ended:
      let_go(fd, slot);
      return false;
    case Verdict::listening:
      become_listener(fd, slot);
      return false;
    case Verdict::stranger:
      drop(fd, slot);
      return false;
    case Verdict::choose:
      return choose_anew(fd, slot, Driving::possible) && has_driver(slot);
    case Verdict::outside:
      take_outside_values(fd, slot);
      return has_driver(slot);
  }
  return false;
}

/// What is accepted inherits the kernel's values: whole seconds until it is driven itself (K-41).
void Conductor::become_listener(int fd, Slot& slot) noexcept {
  let_go(fd, slot);
  (void)parts_.host.set_switch(fd, os::Switch::on);
  (void)write_kernel(fd, from_kernel(nearest_later_in_kernel(wanted_of(slot).timing)));
}

void Conductor::take_outside_values(int fd, Slot& slot) noexcept {
  ProbeDriver* const driving = driver(driver_of(course_of(slot)));
  if (!driving) return;
  const auto wanted = driving->outside_values(fd, slot);
  const auto on = parts_.host.keep_alive_switch(fd);
  if (!wanted || !on) return drop(fd, slot);
  if (*on == os::Switch::off && !course_of(slot).resting) {
    set_wanted(slot, *wanted);
    let_go(fd, slot);
    change(slot, [](Course& course) { course.kind = static_cast<std::uint32_t>(DriverKind::off); });
    return;
  }
  (void)put_in_force(fd, slot, {*wanted, KernelSwitch::on, Driving::possible});
}

}  // namespace wsalive::engine

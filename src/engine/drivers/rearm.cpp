#include "engine/drivers/rearm.hpp"

#include <algorithm>
#include <limits>
#include <new>

#include "policy/series.hpp"

namespace wsalive::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// The kernel's give-up by count is at 127; from one probe before that on it must be kept from it.
constexpr unsigned kCountEnds = os::kLargestCount - 1;
/// It can be kept from it in silences up to this, with some reserve: TCP_USER_TIMEOUT says no more.
constexpr milliseconds kLongestHeld = milliseconds{kNeverByUserTimeout} - std::chrono::hours{1};
/// How long before its instant the kernel gets a whole number of seconds, at least.
constexpr int kLeadTicks = 16;
/// A look so long behind a trigger's instant was late, and so may the probe have been.
constexpr int kSettledTicks = 16;
/// From here on a look after a trigger may wait for others: the next instant is far.
constexpr int kFarTicks = 16;

std::uint32_t as_mark(milliseconds time) noexcept {
  return static_cast<std::uint32_t>(
      std::min<milliseconds::rep>(time.count(), std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

/// One look: the facts, and what the wanted timing makes of them.
struct RearmDriver::Seen {
  os::TcpFacts facts;
  Instant now;    ///< When the engine woke up; others may have been looked at since.
  Instant asked;  ///< Just before the facts.
  policy::Timing actual;
};

Status RearmDriver::attach(int fd, Slot& slot) noexcept {
  const Status written =
      backstop_.write_all(fd, slot, backstop_.actual(slot, Driver::rearm), slot.base_probes);
  if (course_of(slot).triggered) {  // Parked again, so the sign is taken back.
    release_user_timeout(fd);
    change(slot, [](Course& course) { course.triggered = 0; });
  }
  const auto facts = parts_.host.facts(fd);
  if (facts) slot.last_probes = facts->probes;
  return written;
}

Next RearmDriver::look(int fd, Slot& slot, Instant now) noexcept {
  const Instant asked = parts_.after_call(now);
  const auto facts = parts_.host.facts(fd);
  if (!facts) return {Verdict::stranger};
  const Seen seen{*facts, now, asked, backstop_.actual(slot, Driver::rearm)};
  if (const auto other = KernelBackstop::not_driven(facts->state, slot, now)) {
    if (other->verdict == Verdict::ended) release_user_timeout(fd);
    return *other;
  }
  return look_at_connection(fd, slot, seen);
}

void RearmDriver::note_what_was_heard(int fd, Slot& slot, const Seen& seen) noexcept {
  const bool is_recent = seen.facts.heard < milliseconds{seen.actual.idle};
  if (seen.facts.busy || (is_recent && !is_kept_silence(slot, seen))) {
    begin_silence(fd, slot, seen, seen.facts.probes);
  } else if (has_started_anew(slot, seen)) {
    begin_silence(fd, slot, seen, 0);  // Acknowledged since the last look; those since then count.
  }
}

Next RearmDriver::look_at_connection(int fd, Slot& slot, const Seen& seen) noexcept {
  const milliseconds idle = seen.actual.idle;
  const milliseconds heard = seen.facts.heard;
  note_what_was_heard(fd, slot, seen);
  if (seen.facts.busy) {  // K-58: nothing can be owed before an acknowledgement and then T.
    if (course_of(slot).triggered) settle(fd, slot, idle);
    return {Verdict::again, parts_.ticks.behind(seen.now, idle)};
  }

  if (KernelBackstop::is_plain(slot)) pass_over_surplus(fd, slot, seen);
  const auto unanswered = static_cast<std::uint8_t>(seen.facts.probes - slot.base_probes);
  const policy::Series series{seen.actual};
  const std::uint32_t next = next_of(series, unanswered, seen);
  const milliseconds need = series.due(next) + milliseconds{slot.mark};
  const milliseconds gap = next != 0 ? series.after(next - 1U) : idle;
  if (must_be_answered_first(slot, seen, need, gap)) {
    return let_be_answered(fd, slot, seen, need, gap);
  }
  if (const auto wait = not_due(fd, slot, seen, need)) return *wait;
  // Late because the engine paused, or because a thread of the program held the socket (triggered, and not yet
  // out: it is told again): later instants move along, so that an answer keeps its full interval.
  if (KernelBackstop::is_plain(slot)) {
    if (is_stale(seen)) return {Verdict::again, seen.now};
    if (seen.facts.probes != 0 && has_user_timeout(fd)) return {Verdict::choose};
  }
  if (is_late(seen, need)) slot.mark = as_mark(milliseconds{slot.mark} + heard - need);
  if (changed_outside(fd, slot, seen)) return {Verdict::outside};
  return trigger(fd, slot, seen, need, /*last=*/next >= series.probes());
}

// Set by somebody who has not told the engine: the kernel would go by it from the first unanswered probe on.
bool RearmDriver::has_user_timeout(int fd) noexcept {
  const auto own = parts_.host.user_timeout(fd);
  return own && *own != 0;
}

bool RearmDriver::is_late(const Seen& seen, milliseconds need) const noexcept {
  return seen.facts.heard - need > 2 * parts_.ticks.length;
}

// The thread had to wait between the facts and now, for longer than a tick: a plain kernel may have probed.
bool RearmDriver::is_stale(const Seen& seen) const noexcept {
  return parts_.after_call(seen.now) - seen.asked > parts_.ticks.length;
}

bool RearmDriver::must_be_answered_first(const Slot& slot, const Seen& seen, milliseconds need,
                                         milliseconds gap) const noexcept {
  if (has_kernel_probed(slot, seen)) return true;
  const bool told = course_of(slot).triggered || KernelBackstop::is_plain(slot);
  const bool just_out = told && seen.facts.probes != slot.last_probes;
  const milliseconds behind = seen.facts.heard - (need - gap);
  return just_out && (is_late(seen, need) || behind > kSettledTicks * parts_.ticks.length);
}

// A thread that had to wait between asking and telling finds that the kernel has probed by its own timer, and its sign
// sends one more. No timer of the kernel's is early, so what is beyond the series is such a probe.
void RearmDriver::pass_over_surplus(int fd, Slot& slot, const Seen& seen) noexcept {
  if (course_of(slot).kept) return;  // Probes of a T that was shorter.
  const auto unanswered = static_cast<std::uint8_t>(seen.facts.probes - slot.base_probes);
  const milliseconds heard =
      seen.facts.heard + 2 * std::chrono::ceil<milliseconds>(parts_.ticks.length);
  const milliseconds idle = seen.actual.idle;
  const auto due = heard < idle ? 0 : (heard - idle) / milliseconds{seen.actual.interval} + 1;
  if (unanswered <= due) return;
  slot.base_probes = static_cast<std::uint8_t>(slot.base_probes + (unanswered - due));
  backstop_.write_count(fd, seen.actual, slot.base_probes);
}

// Where the kernel can send no more probes without ending it all, the end waits for its time.
std::uint32_t RearmDriver::next_of(const policy::Series& series, std::uint8_t unanswered,
                                   const Seen& seen) noexcept {
  const bool is_full =
      seen.facts.probes >= kCountEnds &&
      std::max<milliseconds>(series.due(unanswered), seen.facts.heard) >= kLongestHeld;
  return is_full ? series.probes() : unanswered;
}

std::optional<Next> RearmDriver::not_due(int fd, Slot& slot, const Seen& seen,
                                         milliseconds need) noexcept {
  const milliseconds heard = seen.facts.heard;
  const nanoseconds lead = lead_for(slot, seen.actual, need);
  const nanoseconds early =
      lead == nanoseconds::zero() ? lead : TickGrid::kGroup * parts_.ticks.length;
  if (heard + lead + early >= need) return std::nullopt;
  if (course_of(slot).triggered) settle(fd, slot, need);
  if (KernelBackstop::is_plain(slot))
    slot.last_probes = seen.facts.probes;  // Seen, by whichever timer they were sent.
  // An answer from now on would make the next probe due T after it, which may be before `need`.
  const Instant then = parts_.ticks.behind(
      seen.now, std::min(need - heard - lead, nanoseconds{milliseconds{seen.actual.idle}}));
  return Next{Verdict::again,
              early == nanoseconds::zero() ? then : parts_.ticks.grouped_sooner(then)};
}

// Interval and count matter from the first unanswered probe on, and a switch that somebody has turned off shows
// in a probe that was told and is not out: the usual first probe, which is answered, costs one call here.
bool RearmDriver::changed_outside(int fd, const Slot& slot, const Seen& seen) noexcept {
  const Course course = course_of(slot);
  const bool first = seen.facts.probes == slot.base_probes && !course.triggered && !course.resting;
  return first ? backstop_.idle_changed_outside(fd, slot)
               : backstop_.changed_outside(fd, slot, seen.actual, slot.base_probes);
}

// A silence of whole seconds can be told to the kernel beforehand: then a busy machine, on which the
// engine's thread waits for its turn, makes nothing late. Nearer than 64 ticks the kernel's timers are
// exact. Plain, TCP_KEEPIDLE says nothing but T; of the later probes the kernel's own timer is the net.
nanoseconds RearmDriver::lead_for(const Slot& slot, const policy::Timing& actual,
                                  milliseconds need) const noexcept {
  const bool can_be_told =
      KernelBackstop::is_plain(slot)
          ? need == milliseconds{actual.idle}
          : need % seconds{1} == nanoseconds::zero() && need <= seconds{parts_.longest_idle_s};
  return can_be_told ? kLeadTicks * parts_.ticks.length : nanoseconds::zero();
}

// T was lengthened after probes had gone out: that they still count unanswered shows that it is the
// same silence (K-50).
bool RearmDriver::is_kept_silence(const Slot& slot, const Seen& seen) noexcept {
  return course_of(slot).kept != 0 && seen.facts.probes == slot.last_probes &&
         seen.facts.probes != slot.base_probes;
}

// The kernel's count has gone back to 0 since the last look, by an acknowledgement; not by passing 255.
bool RearmDriver::has_started_anew(const Slot& slot, const Seen& seen) const noexcept {
  if (seen.facts.probes >= slot.base_probes || slot.last_probes < slot.base_probes) return false;
  const auto next = static_cast<std::uint8_t>(slot.last_probes + 1U);
  if (seen.facts.probes != next) return true;
  const auto passed = static_cast<std::uint8_t>(slot.last_probes - slot.base_probes);
  return seen.facts.heard + 2 * parts_.ticks.length < policy::Series{seen.actual}.due(passed);
}

// The engine was away, and the kernel has probed by the values that stand behind.
bool RearmDriver::has_kernel_probed(const Slot& slot, const Seen& seen) noexcept {
  return static_cast<std::uint8_t>(seen.facts.probes - slot.last_probes) > 1;
}

Next RearmDriver::let_be_answered(int fd, Slot& slot, const Seen& seen, milliseconds need,
                                  milliseconds gap) noexcept {
  const milliseconds rest = std::max(seen.facts.heard + gap - need, milliseconds::zero());
  slot.mark = as_mark(milliseconds{slot.mark} + rest);
  slot.last_probes = seen.facts.probes;
  settle(fd, slot, seen.facts.heard + gap);
  return {Verdict::again,
          parts_.ticks.behind(seen.now, std::min(gap, milliseconds{seen.actual.idle}))};
}

void RearmDriver::begin_silence(int fd, Slot& slot, const Seen& seen, std::uint8_t base) noexcept {
  slot.mark = 0;
  slot.last_probes = base;
  const milliseconds idle = seen.actual.idle;
  if (KernelBackstop::is_plain(slot) && seconds{slot.backstop_idle} != idle)
    backstop_.park(fd, slot, idle);
  const bool lowered = course_of(slot).lowered;
  if (course_of(slot).kept) change(slot, [](Course& course) { course.kept = 0; });
  if (slot.base_probes == base && !lowered) return;
  // The kernel counts on from where it was if data came while other data lay unread.
  slot.base_probes = base;
  change(slot, [](Course& course) { course.lowered = 0; });
  backstop_.write_count(fd, seen.actual, slot.base_probes);
}

void RearmDriver::settle(int fd, Slot& slot, nanoseconds silence) noexcept {
  release_user_timeout(fd);
  change(slot, [](Course& course) { course.triggered = 0; });
  if (!KernelBackstop::is_plain(slot)) return backstop_.park(fd, slot, silence);
  if (course_of(slot).lowered == 0) return;
  change(slot, [](Course& course) { course.lowered = 0; });
  backstop_.write_count(fd, backstop_.actual(slot, Driver::rearm), slot.base_probes);
}

Next RearmDriver::trigger(int fd, Slot& slot, const Seen& seen, milliseconds need,
                          bool last) noexcept {
  if (!free_count(fd, slot, seen, last)) {  // Tried again as late as a probe may come.
    return {Verdict::again, parts_.ticks.behind(seen.now, milliseconds{seen.actual.interval})};
  }
  if (course_of(slot).resting) {
    (void)parts_.host.set_switch(fd, os::Switch::on);
    change(slot, [](Course& course) { course.resting = 0; });
  }
  const milliseconds ahead = std::max(need - seen.facts.heard, milliseconds::zero());
  const milliseconds silence = ahead > milliseconds::zero() ? need : milliseconds{seen.actual.idle};
  const auto idle = std::chrono::floor<seconds>(silence).count();
  slot.backstop_idle =
      static_cast<std::uint16_t>(std::min<seconds::rep>(idle, parts_.longest_idle_s)) & 0x7FFFU;
  if (KernelBackstop::is_plain(slot)) take_out_of_its_cell(fd, slot, seen);
  if (last || !may_be_the_last(slot, seen)) {
    (void)parts_.host.set_idle(fd, slot.backstop_idle);
  } else {
    tell_without_ending(fd, slot, seen);
  }
  slot.last_probes = seen.facts.probes;
  change(slot, [](Course& course) {
    course.triggered = 1;
    course.kept = 0;
  });
  const bool plain = KernelBackstop::is_plain(slot);
  const Instant told = plain ? parts_.after_call(seen.now) : seen.now;
  const nanoseconds waited = told - seen.asked - ahead;
  if (plain &&
      waited > 2 * parts_.ticks.length) {  // The thread, for its turn: later instants move.
    slot.mark = as_mark(milliseconds{slot.mark} + std::chrono::ceil<milliseconds>(waited));
  }
  const Instant then = parts_.ticks.behind(told, ahead + 2 * parts_.ticks.length);
  const bool far = milliseconds{seen.actual.interval} > kFarTicks * parts_.ticks.length;
  return {Verdict::again, far && !last ? parts_.ticks.grouped_later(then) : then};
}

// The kernel leaves a timer where it is that is set for the same instant once more: in the coarse cell.
void RearmDriver::take_out_of_its_cell(int fd, const Slot& slot, const Seen& seen) noexcept {
  const auto later =
      std::max<seconds>(std::chrono::ceil<seconds>(seen.facts.heard), seconds{slot.backstop_idle}) +
      seconds{1};
  if (later.count() <= parts_.longest_idle_s) {
    (void)parts_.host.set_idle(fd, static_cast<int>(later.count()));
  }
}

bool RearmDriver::may_be_the_last(const Slot& slot, const Seen& seen) noexcept {
  return KernelBackstop::is_plain(slot) &&
         seen.facts.probes + 1 >= KernelBackstop::count(seen.actual, slot.base_probes);
}

// Between the question and the word a plain kernel may send the last probe by its own timer; the word is not to end the
// connection then.
void RearmDriver::tell_without_ending(int fd, Slot& slot, const Seen& seen) noexcept {
  const int count = KernelBackstop::count(seen.actual, slot.base_probes);
  (void)parts_.host.set_count(fd, std::min(count + 1, os::kLargestCount));
  (void)parts_.host.set_idle(fd, slot.backstop_idle);
  const auto then = parts_.host.facts(fd);
  if (then && then->probes == seen.facts.probes) {
    (void)parts_.host.set_count(fd, count);
  } else {  // Until the next look, which knows more.
    change(slot, [](Course& course) { course.lowered = 1; });
  }
}

// With a TCP_USER_TIMEOUT the kernel goes by that and not by the count; so one is put in its way where
// it would end too early (more than 126 probes, or the program's own), and taken away for the end. In a silence
// that is longer than any can say the program's own is taken away, and the count stays below its end (`is_full`).
bool RearmDriver::free_count(int fd, Slot& slot, const Seen& seen, bool last) noexcept {
  if (!last && seen.facts.probes == 0)
    return true;  // The kernel ends nothing before one is unanswered.
  const auto own = parts_.host.user_timeout(fd);
  if (!last) {
    const bool wanted = (own && *own != 0) || seen.facts.probes >= kCountEnds;
    const int ours = seen.facts.heard < kLongestHeld ? kNeverByUserTimeout : 0;
    return !wanted || hold_user_timeout(fd, own.value_or(0), ours);
  }
  if (!hold_user_timeout(fd, own.value_or(0), 0)) return false;
  const int count = KernelBackstop::count(seen.actual, slot.base_probes);
  if (seen.facts.probes >= count) return true;
  change(slot, [](Course& course) { course.lowered = 1; });
  (void)parts_.host.set_count(fd, 1);
  return true;
}

std::vector<RearmDriver::Held>::iterator RearmDriver::find_held(int fd) noexcept {
  return std::find_if(held_.begin(), held_.end(), [fd](const Held& each) { return each.fd == fd; });
}

bool RearmDriver::hold_user_timeout(int fd, int own, int ours) noexcept {
  const auto found = find_held(fd);
  if (found != held_.end()) {
    found->ours = ours;
  } else if (own == ours) {
    return true;
  } else {
    try {
      held_.push_back({fd, own, ours});
    } catch (const std::bad_alloc&) {
      return false;  // What cannot be given back is not taken.
    }
  }
  (void)parts_.host.set_user_timeout(fd, ours);
  return true;
}

void RearmDriver::release_user_timeout(int fd) noexcept {
  const auto found = find_held(fd);
  if (found == held_.end()) return;
  const auto present = parts_.host.user_timeout(fd);
  // The program may have set another meanwhile; then that one stays.
  if (present && *present == found->ours) (void)parts_.host.set_user_timeout(fd, found->own);
  *found = held_.back();
  held_.pop_back();
}

bool RearmDriver::replace_user_timeout(int fd, int milliseconds) noexcept {
  const auto found = find_held(fd);
  if (found == held_.end()) return false;
  found->own = milliseconds;
  return true;
}

void RearmDriver::forget(int fd) noexcept {
  const auto found = find_held(fd);
  if (found == held_.end()) return;
  *found = held_.back();
  held_.pop_back();
}

Result<policy::SourcedTiming> RearmDriver::outside_values(int fd, const Slot& slot) noexcept {
  return backstop_.outside_values(fd, slot, backstop_.actual(slot, Driver::rearm),
                                  slot.base_probes);
}

void RearmDriver::detach(int fd, Slot& slot) noexcept {
  release_user_timeout(fd);
  change(slot, [](Course& course) {
    course.triggered = course.resting = course.lowered = course.kept = 0;
  });
}

}  // namespace wsalive::engine

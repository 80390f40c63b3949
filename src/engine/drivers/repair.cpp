#include "engine/drivers/repair.hpp"

#include <algorithm>
#include <cerrno>

#include "policy/series.hpp"

namespace wsalive::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// What is kept of a series of probes, in 25 bits of the slot: how many are out, and the low bits of the kernel's
// counts of segments from before the last of them.
constexpr unsigned kSentBits = 8;  // As many as a series has at most.
constexpr unsigned kInBits = 12;
constexpr unsigned kOutBits = 5;
static_assert(kSentBits + kInBits + kOutBits <= 16 + 32 - kPlaceBits);

constexpr unsigned low_bits(unsigned value, unsigned bits) noexcept {
  return value & ((1U << bits) - 1);
}

struct Series {
  unsigned sent = 0;
  unsigned in = 0;
  unsigned out = 0;
};

Series series_of(const Slot& slot) noexcept {
  const unsigned all = slot.base_probes | static_cast<unsigned>(slot.last_probes) << 8U |
                       static_cast<unsigned>(slot.notes) << 16U;
  return {low_bits(all, kSentBits), low_bits(all >> kSentBits, kInBits),
          low_bits(all >> (kSentBits + kInBits), kOutBits)};
}

void remember(Slot& slot, const Series& series) noexcept {
  const unsigned sent = std::min(series.sent, (1U << kSentBits) - 1);
  const unsigned all = sent | low_bits(series.in, kInBits) << kSentBits |
                       low_bits(series.out, kOutBits) << (kSentBits + kInBits);
  slot.base_probes = static_cast<std::uint8_t>(low_bits(all, 8));
  slot.last_probes = static_cast<std::uint8_t>(low_bits(all >> 8U, 8));
  constexpr unsigned kNotes = (1U << (32 - kPlaceBits)) - 1;
  slot.notes = all >> 16U & kNotes;
}

}  // namespace

struct RepairDriver::Seen {
  os::TcpFacts facts;
  Instant now;
  policy::Timing actual;
};

std::uint32_t RepairDriver::unanswered(const Slot& slot) noexcept { return series_of(slot).sent; }

Status RepairDriver::attach(int fd, Slot& slot) noexcept {
  return backstop_.write_all(fd, slot, backstop_.actual(slot, Driver::repair), 0);
}

Next RepairDriver::look(int fd, Slot& slot, Instant now) noexcept {
  const auto facts = parts_.host.facts(fd);
  if (!facts) return {Verdict::stranger};
  const Seen seen{*facts, now, backstop_.actual(slot, Driver::repair)};
  if (const auto other = KernelBackstop::not_driven(facts->state, slot, now)) return *other;
  if (facts->state != os::TcpState::established) return {Verdict::choose};
  return look_at_connection(fd, slot, seen);
}

Next RepairDriver::look_at_connection(int fd, Slot& slot, const Seen& seen) noexcept {
  const milliseconds idle = seen.actual.idle;
  if (seen.facts.busy) {  // K-58
    remember(slot, {});
    return {Verdict::again, seen.now + std::max<nanoseconds>(idle, parts_.ticks.length)};
  }
  const bool was_probed = unanswered(slot) != 0;
  take_stock(slot, seen);
  if (course_of(slot).lowered) return end_by_kernel(fd, slot, seen);
  if (unanswered(slot) == 0) {
    // Heard in that tick, at its end at the latest.
    Instant first = parts_.ticks.off_edge(parts_.ticks.floor(seen.now) - seen.facts.heard +
                                          parts_.ticks.length + idle);
    // Of a segment that the kernel's measure of silence leaves out no probe follows sooner than the next one.
    if (was_probed && first <= seen.now) first = std::max(first, planned(slot));
    if (first > seen.now) return {Verdict::again, first};
    if (backstop_.changed_outside(fd, slot, seen.actual, 0)) return {Verdict::outside};
    return probe(fd, slot, seen, first);
  }
  Instant next = planned(slot);
  if (course_of(slot).kept) {  // The times have changed: the next instant moves with them (K-50).
    next = parts_.ticks.floor(seen.now) - seen.facts.heard + parts_.ticks.length +
           policy::Series{seen.actual}.due(unanswered(slot));
  }
  if (next > seen.now) return wait_for(slot, seen, next);
  if (unanswered(slot) >= KernelBackstop::probes(seen.actual)) return give_up(fd, slot, seen);
  return probe(fd, slot, seen, next);
}

Instant RepairDriver::planned(const Slot& slot) noexcept {
  return slot.due + milliseconds{slot.mark};
}

// What has become of the probes that are out: all of them answered, or the last one never sent.
void RepairDriver::take_stock(Slot& slot, const Seen& seen) const noexcept {
  Series series = series_of(slot);
  if (series.sent == 0) return;
  if (was_heard(slot, seen)) return remember(slot, {});
  const bool has_left = series.out != low_bits(seen.facts.segments_out, kOutBits);
  if (!has_left) --series.sent;  // The kernel had no memory for it: there was nothing to answer.
  series.out = seen.facts.segments_out - 1;  // Asked once.
  remember(slot, series);
}

// Whether anything has come since the series began, by the kernel's own counts and never by two clocks: a look
// may come late, and stop between any two of its calls. Either of them suffices. A probe goes out at a certain
// silence, so a shorter one is another; after a change of the times the engine does not know at which (K-50).
bool RepairDriver::was_heard(const Slot& slot, const Seen& seen) const noexcept {
  const Series series = series_of(slot);
  if (series.in != low_bits(seen.facts.segments_in, kInBits)) return true;
  return !course_of(slot).kept && policy::Series{seen.actual}.unanswered(
                                      series.sent, seen.facts.heard, 2 * parts_.ticks.length) == 0;
}

// An answer may come at any moment from the call on; the facts are from before it.
Next RepairDriver::probe(int fd, Slot& slot, const Seen& seen, Instant planned) noexcept {
  const Status sent = parts_.host.send_probe(fd);
  if (!sent && sent.error().code == EPERM) return {Verdict::choose};  // The right is gone.
  const milliseconds interval = seen.actual.interval;
  const Seen then{seen.facts, parts_.after_call(seen.now), seen.actual};
  if (!sent) return wait_for(slot, then, then.now + interval);  // Not sent is not unanswered.
  remember(slot, {unanswered(slot) + 1, seen.facts.segments_in, seen.facts.segments_out});
  change(slot, [](Course& course) { course.kept = 0; });

  const Instant base = then.now - planned > 2 * parts_.ticks.length ? then.now : planned;
  const Instant next = base + policy::Series{seen.actual}.after(unanswered(slot) - 1);
  // The kernel stays behind the silence that the next probe will find.
  const nanoseconds silence = seen.facts.heard + (next - seen.now);
  if (silence + seconds{1} > seconds{slot.backstop_idle} && !course_of(slot).resting) {
    backstop_.park(fd, slot, silence);
  }
  return wait_for(slot, then, next);
}

// Until `next`, but not longer than T: an answer makes the next probe due T after it.
Next RepairDriver::wait_for(Slot& slot, const Seen& seen, Instant next) const noexcept {
  const milliseconds idle = seen.actual.idle;
  slot.mark = 0;
  if (next - seen.now <= idle) return {Verdict::again, next};
  const auto rest = std::chrono::floor<milliseconds>(next - parts_.ticks.behind(seen.now, idle));
  if (rest <= milliseconds::zero()) return {Verdict::again, next};
  slot.mark = static_cast<std::uint32_t>(rest.count());
  return {Verdict::again, next - rest};
}

// It cannot be taken back, so the kernel is asked once more what it has heard.
Next RepairDriver::give_up(int fd, Slot& slot, const Seen& seen) noexcept {
  const auto facts = parts_.host.facts(fd);
  if (!facts) return {Verdict::stranger};
  if (was_heard(slot, {*facts, seen.now, seen.actual})) return {Verdict::again, seen.now};
  const Status ended = parts_.host.destroy(fd, slot.cookie.load(std::memory_order_relaxed));
  if (!ended) return end_by_kernel(fd, slot, seen);
  change(slot, [](Course& course) { course.given_up = 1; });
  return {Verdict::ended};
}

Next RepairDriver::end_by_kernel(int fd, Slot& slot, const Seen& seen) noexcept {
  const nanoseconds least = seconds{1} + parts_.ticks.length;
  if (unanswered(slot) == 0) {  // It has answered after all.
    change(slot, [](Course& course) { course.lowered = 0; });
    backstop_.write_count(fd, seen.actual, 0);
    backstop_.park(fd, slot, milliseconds{seen.actual.idle});
    return {Verdict::again, seen.now + parts_.ticks.length};
  }
  change(slot, [](Course& course) { course.lowered = 1; });
  if (seen.facts.heard < least) {
    return {Verdict::again, parts_.ticks.behind(seen.now, least - seen.facts.heard)};
  }
  if (course_of(slot).resting) (void)parts_.host.set_switch(fd, os::Switch::on);
  change(slot, [](Course& course) { course.resting = 0; });
  (void)parts_.host.set_count(fd, 1);
  slot.backstop_idle = 1;
  (void)parts_.host.set_idle(fd, 1);
  return {Verdict::again, parts_.ticks.behind(seen.now, 2 * parts_.ticks.length)};
}

void RepairDriver::detach(int /*fd*/, Slot& slot) noexcept {
  change(slot, [](Course& course) { course.resting = course.lowered = course.kept = 0; });
  remember(slot, {});
  slot.mark = 0;
}

Result<policy::SourcedTiming> RepairDriver::outside_values(int fd, const Slot& slot) noexcept {
  return backstop_.outside_values(fd, slot, backstop_.actual(slot, Driver::repair), 0);
}

}  // namespace wsalive::engine

"""Rules of the engine that tools/mutate breaks on purpose, and the tests of which at least one must notice.

A row: name, file, the text, what it becomes, the tests. The text is in the file exactly once.
"""
SERIES = "src/policy/series.hpp"
CONDUCTOR = "src/engine/conductor.cpp"
REARM = "src/engine/drivers/rearm.cpp"
REPAIR = "src/engine/drivers/repair.cpp"
TIMER = "src/policy/kernel_timer.hpp"
NOTICE = "src/advice/notice.hpp"
IN_POLICY = ("unit.policy.timeline",)
IN_ENGINE = ("unit.engine.conductor", "contract.probe_driver_interrupted")

MUTATIONS = [
    ("three answers end a connection", SERIES, "kEnoughAnswers = 10;", "kEnoughAnswers = 3;", IN_POLICY),
    ("a Linux peer answers ten times a second", SERIES, "kPeerAnswerGap{500}", "kPeerAnswerGap{100}", IN_POLICY),
    ("timers and paths move no probe", SERIES, "kSafeAnswerGap{510}", "kSafeAnswerGap{500}", IN_POLICY),
    ("one answer is enough for two probes", SERIES, "probes_for(std::min(answers, 2U), kSafeAnswerGap)", "0", IN_POLICY),
    ("a longer series is a flood", SERIES, "kLeastGapOfMore{50}", "kLeastGapOfMore{1}", IN_POLICY),
    ("a longer series has no most", SERIES, "kMostEveryInterval = 128;", "kMostEveryInterval = 255;", IN_POLICY),
    ("an answer starts T where the kernel waits for I", TIMER, "? std::max(first, interval) : first", "? first : first",
     ("unit.policy.kernel_timer",)),
    ("late probes spare none", TIMER, "probe_span(timing, fewest + 1, accuracy, behind).earliest", "end.earliest",
     ("unit.policy.kernel_timer",)),
    ("the end is a probe", NOTICE, "|| detail::ends_next(socket)", "", ("unit.advice.notice",)),
    ("a timer that is over stands behind", NOTICE, "if (socket.armed->count() == 0)", "if (false)", ("unit.advice.notice",)),
    ("segments received are not counted", REPAIR,
     "if (series.in != low_bits(seen.facts.segments_in, kInBits)) return true;", "", IN_ENGINE),
    ("the kernel's measure of silence is not looked at", REPAIR,
     "!course_of(slot).kept && policy::Series", "false && policy::Series", IN_ENGINE),
    ("a probe that never left is counted", REPAIR, "if (!has_left) --series.sent;", "", IN_ENGINE),
    ("the end is not thought over", REPAIR,
     "if (was_heard(slot, {*facts, seen.now, seen.actual})) return {Verdict::again, seen.now};", "", IN_ENGINE),
    ("the clock is not read after a call", REPAIR, "parts_.after_call(seen.now)", "seen.now", IN_ENGINE),
    ("an absence decides", CONDUCTOR, "now - slot.due > kAway", "false", IN_ENGINE),
    ("back from an absence nothing is waited for", CONDUCTOR, "kGrace{100}", "kGrace{0}", IN_ENGINE),
    ("all look in one tick", CONDUCTOR, "kLooksPerTick = 64;", "kLooksPerTick = 6400;", IN_ENGINE),
    ("the kernel's own probes are not noticed", REARM,
     "return static_cast<std::uint8_t>(seen.facts.probes - slot.last_probes) > 1;", "return false;", IN_ENGINE),
    ("a late probe has no interval for its answer", REARM,
     "just_out && (is_late(seen, need) || behind > kSettledTicks * parts_.ticks.length)", "false", IN_ENGINE),
    ("a late instant moves no later one", REARM, "slot.mark = as_mark(milliseconds{slot.mark} + heard - need);", "",
     IN_ENGINE),
    ("the kernel's count ends a long silence", REARM, "seen.facts.probes >= kCountEnds &&\n", "false &&\n", IN_ENGINE),
    ("a TCP_USER_TIMEOUT is as long as any silence", REARM,
     "seen.facts.heard < kLongestHeld ? kNeverByUserTimeout : 0", "kNeverByUserTimeout", IN_ENGINE),
    ("a count that has passed 255 is a new silence", REARM,
     "if (seen.facts.probes != next) return true;", "return true;", IN_ENGINE),
]

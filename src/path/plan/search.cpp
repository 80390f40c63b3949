#include "path/plan/search.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/path_settings.hpp"

namespace wsalive::path {
namespace {

constexpr policy::Millis kYoungest{
    1'000};  // The kernel probes after a second of silence at the earliest.
constexpr policy::Millis kMostDelayed{500};  // The latest delayed acknowledgement.
constexpr policy::Millis kForTheVerdict = policy::Millis::max();
constexpr std::size_t kTwice = 2;
constexpr std::size_t kOften = 5;  // More than any restart causes.
constexpr std::size_t kMostOutages = 3;
constexpr std::size_t kMostContradictions = 8;
constexpr std::size_t kMostTalks = 3;
constexpr std::size_t kMostRefusals = 4;

/// The rungs of idle times: a little above the common time-outs, so that one probe decides.
constexpr std::array kRungs{
    policy::Millis{1'000},     policy::Millis{5'500},     policy::Millis{15'500},
    policy::Millis{31'000},    policy::Millis{61'000},    policy::Millis{121'000},
    policy::Millis{181'000},   policy::Millis{242'000},   policy::Millis{303'000},
    policy::Millis{353'000},   policy::Millis{450'000},   policy::Millis{606'000},
    policy::Millis{750'000},   policy::Millis{909'000},   policy::Millis{1'212'000},
    policy::Millis{1'500'000}, policy::Millis{1'818'000}, policy::Millis{2'400'000},
    policy::Millis{3'000'000}, policy::Millis{3'636'000}, policy::Millis{4'500'000},
    policy::Millis{5'454'000}, policy::Millis{7'272'000}, policy::Millis{10'000'000},
};

/// The rung above an idle time; beyond the ladder a quarter more.
policy::Millis rung_above(policy::Millis idle, policy::Millis longest) {
  const auto* const rung = std::ranges::upper_bound(kRungs, idle);
  return std::min(rung == kRungs.end() ? idle + idle / 4 : *rung, longest);
}

bool is_loss(PathSight sight) { return sight == PathSight::silent || sight == PathSight::reset; }

PathStep wait_until(policy::Millis instant) {
  return {.act = PathAct::wait, .id = 0, .until = instant};
}

/// The highest age of a connection that confirms the bracket's end.
policy::Millis confirming(policy::Millis high) { return high + high / 16 + policy::Millis{100}; }

}  // namespace

std::optional<policy::Timing> advice_for(const PathResult& result,
                                         const policy::Accuracy& accuracy) noexcept {
  // Probes do not move a far end's own limit.
  if (result.finding == PathFinding::far_end_ends) return std::nullopt;
  if (result.finding == PathFinding::no_answer || result.kept.count() == 0) return std::nullopt;
  return policy::settings_for_path(
      std::min(result.kept, result.earliest_loss.value_or(result.kept)), accuracy);
}

PathSearch::PathSearch(const PathWish& wish, const std::vector<PathObservation>& earlier)
    : wish_(wish), room_(std::max<std::size_t>(wish.connections, 2)) {
  wish_.longest = std::max(wish_.longest, kYoungest);
  for (const PathObservation& observation : earlier) note(observation);
}

void PathSearch::note(const PathObservation& observation) {
  if (observation.sight == PathSight::kept && high_ && observation.idle >= *high_) {
    ++contradictions_;
  }
  seen_.push_back(observation);
  high_.reset();
  for (const PathObservation& each : seen_) {
    if (each.sight == PathSight::kept) low_ = std::max(low_, each.idle);
  }
  for (const PathObservation& each : seen_) {
    if (is_loss(each.sight) && each.idle > low_)
      high_ = std::min(high_.value_or(each.idle), each.idle);
  }
  if (!high_) proved_.reset();
}

bool PathSearch::narrow() const noexcept {
  return high_ && *high_ - low_ <= std::max(path_precision(*high_), blur_ * 2);
}

/// Whether two losses confirm the bracket's end, one of them of a connection that fell silent after one that was kept since the
/// first loss. A restart of the path loses only connections from before it.
bool PathSearch::confirmed() const noexcept {
  if (!high_) return false;
  std::size_t count = 0;
  bool young = false;
  for (const Loss& loss : losses_) {
    if (loss.idle <= low_ || loss.idle > confirming(*high_)) continue;
    ++count;
    young = young || (proved_ && loss.since >= *proved_);
  }
  return count >= kTwice && (young || low_ == policy::Millis{} || count >= kOften);
}

PathStep PathSearch::next(policy::Millis now) {
  settle();
  if (finding_) return {};
  if (probing_) return wait_until(kForTheVerdict);
  if (doubtful_) {
    if (const auto step = control(now)) return *step;
  }
  if (const auto step = discard_useless(now)) return *step;
  if (const auto step = open_if_due(now)) return *step;
  const bool can_open = waiters_.size() < room_ || (!high_ && waiters_.size() >= 3);
  const policy::Millis opening = can_open ? opening_due() : kForTheVerdict;
  if (waiters_.empty()) return wait_until(opening);
  PathStep step = !high_ ? climb(now) : narrow() ? confirm(now) : squeeze(now);
  if (step.act == PathAct::wait) step.until = std::min(step.until, opening);
  return step;
}

/// Ends the search once further probes would not change its result.
void PathSearch::settle() {
  if (finding_ || probing_ || doubtful_) return;
  if (low_ >= wish_.longest) return finish(PathFinding::keeps);
  if (contradictions_ >= kMostContradictions) return finish(PathFinding::unsteady);
  if (!confirmed()) return;
  if (low_ == policy::Millis{}) return finish(PathFinding::no_answer);
  if (narrow()) finish(PathFinding::forgets);
}

/// The gap between two openings. While the bracket is open above, it grows with the search's age, so that the starts of silences
/// are spread like the rungs; afterwards the waiting connections are spread over the bracket.
policy::Millis PathSearch::opening_gap() const noexcept {
  constexpr policy::Millis kMoment{100};
  constexpr std::int64_t kShare = 4;
  if (!high_)
    return std::max(kMoment, (last_opened_ - first_opened_.value_or(last_opened_)) / kShare);
  return std::max(kMoment, (*high_ - low_) / static_cast<std::int64_t>(room_));
}

policy::Millis PathSearch::opening_due() const noexcept {
  return first_opened_ ? std::max(not_before_, last_opened_ + opening_gap()) : not_before_;
}

std::optional<PathStep> PathSearch::open_if_due(policy::Millis now) {
  if (now < opening_due()) return std::nullopt;
  if (waiters_.size() < room_) return PathStep{.act = PathAct::open, .id = 0, .until = {}};
  if (high_ || waiters_.size() < 3) return std::nullopt;
  return discard(most_crowded(now));
}

/// The connection whose neighbours fell silent closest together, relative to the age of the search: a new one replaces it.
std::uint32_t PathSearch::most_crowded(policy::Millis now) const {
  constexpr double kLeast = 1'000;
  std::size_t crowded = 1;
  double least = 0;
  for (std::size_t at = 1; at < waiters_.size(); ++at) {
    const policy::Millis next = at + 1 < waiters_.size() ? waiters_[at + 1].since : now;
    const auto gap = static_cast<double>((next - waiters_[at - 1].since).count());
    const auto age = static_cast<double>((next - *first_opened_).count());
    const double share = gap / std::max(age, kLeast);
    if (at != 1 && share >= least) continue;
    crowded = at;
    least = share;
  }
  return waiters_[crowded].id;
}

/// A loss counts if the path keeps a younger connection at the same time; else the far end or the path was down.
std::optional<PathStep> PathSearch::control(policy::Millis now) {
  const policy::Millis oldest = std::max(low_ * 4 / 5, kYoungest);
  const PathWaiter* chosen = nullptr;
  for (const PathWaiter& waiter : waiters_) {
    if (now - waiter.since > oldest) continue;
    if (!chosen || waiter.since < chosen->since) chosen = &waiter;
  }
  if (chosen) return probe_at(*chosen, kYoungest, now, Purpose::control);
  // No connection is young enough: a new one will be, in a second. The oldest makes room for it.
  if (now < not_before_) return wait_until(not_before_);
  if (waiters_.size() < room_) return PathStep{.act = PathAct::open, .id = 0, .until = {}};
  return discard(waiters_.front().id);
}

/// Discards connections older than the bracket, except those that may confirm its end.
std::optional<PathStep> PathSearch::discard_useless(policy::Millis now) {
  begins_anew_ = begins_anew_ && !waiters_.empty();
  if (begins_anew_) return discard(waiters_.front().id);
  if (!high_) return std::nullopt;
  const policy::Millis useful = confirmed() ? *high_ : confirming(*high_);
  const auto old = std::ranges::find_if(
      waiters_, [&](const PathWaiter& waiter) { return now - waiter.since > useful; });
  return old == waiters_.end() ? std::nullopt : std::optional{discard(old->id)};
}

PathStep PathSearch::discard(std::uint32_t id) {
  remove(id);
  return {.act = PathAct::discard, .id = id, .until = {}};
}

PathStep PathSearch::start(const PathWaiter& waiter, policy::Millis now, Purpose purpose) {
  probing_ = Probe{waiter, now - waiter.since, purpose};
  const std::uint32_t id = waiter.id;
  remove(id);
  return {.act = PathAct::probe, .id = id, .until = {}};
}

PathStep PathSearch::probe_at(const PathWaiter& waiter, policy::Millis idle, policy::Millis now,
                              Purpose purpose) {
  if (now - waiter.since < idle) return wait_until(waiter.since + idle);
  return start(waiter, now, purpose);
}

PathStep PathSearch::climb(policy::Millis now) {
  const policy::Millis rung = rung_above(low_, wish_.longest);
  const policy::Millis slack = rung / 32;
  // Spare the oldest for later rungs if a younger one is old enough soon.
  const policy::Millis oldest = waiters_.front().since;
  const PathWaiter* chosen = &waiters_.front();
  for (const PathWaiter& waiter : waiters_) {
    if (waiter.since - oldest <= slack && waiter.since >= chosen->since) chosen = &waiter;
  }
  return probe_at(*chosen, rung + short_by_, now);
}

PathStep PathSearch::squeeze(policy::Millis now) {
  const policy::Millis width = *high_ - low_;
  const policy::Millis middle = low_ + width / 2;
  const auto off = [&](const PathWaiter& waiter) {
    return std::chrono::abs(now - waiter.since - middle);
  };
  const auto nearest = std::ranges::min_element(waiters_, {}, off);
  if (off(*nearest) <= width / 4) return start(*nearest, now, Purpose::age);
  const PathWaiter* next = nullptr;
  for (const PathWaiter& waiter : waiters_) {
    if (now - waiter.since < middle && (!next || waiter.since < next->since)) next = &waiter;
  }
  return next ? probe_at(*next, middle, now) : wait_until(kForTheVerdict);
}

PathStep PathSearch::confirm(policy::Millis now) {
  const PathWaiter* oldest = nullptr;
  for (const PathWaiter& waiter : waiters_) {
    if (proved_ && waiter.since < *proved_) continue;
    if (!oldest || waiter.since < oldest->since) oldest = &waiter;
  }
  return oldest ? probe_at(*oldest, *high_, now) : wait_until(kForTheVerdict);
}

void PathSearch::remove(std::uint32_t id) {
  std::erase_if(waiters_, [id](const PathWaiter& waiter) { return waiter.id == id; });
}

void PathSearch::opened(std::uint32_t id, policy::Millis now) {
  waiters_.push_back({id, now});
  if (!first_opened_) first_opened_ = now;
  last_opened_ = now;
  refusals_ = 0;
}

void PathSearch::refused(policy::Millis now) {
  constexpr policy::Millis kPatience{1'000};
  ++refusals_;
  not_before_ = now + kPatience * (1LL << std::min<std::size_t>(refusals_, 6));
  if (doubtful_) return void_loss();
  if (!waiters_.empty()) {
    room_ = std::max(waiters_.size(), kTwice);
  } else if (refusals_ >= kMostRefusals) {
    finish(PathFinding::unreachable);
  }
}

void PathSearch::judged(PathSight sight, policy::Millis now, std::optional<policy::Millis> idle) {
  if (!probing_) return;
  Probe probe = *probing_;
  probing_.reset();
  if (idle) {
    // The far end's silence may begin later, with a delayed acknowledgement. Order the rungs that much later.
    short_by_ = std::clamp(probe.idle - *idle, short_by_, kMostDelayed);
    probe.idle = *idle;
  }
  if (!is_loss(sight) && sight != PathSight::kept) {
    waiters_.push_back(probe.waiter);
    return ended(probe.waiter.id, sight, now);
  }
  if (probe.purpose == Purpose::control) return judge_control(sight, probe.waiter.since);
  // Below that, no younger connection could be probed: the kernel probes after a second at the earliest.
  if (is_loss(sight) && low_ >= kYoungest * 2) {
    doubtful_ = PathObservation{probe.idle, sight};
    doubtful_since_ = probe.waiter.since;
    return;
  }
  if (sight == PathSight::kept) {
    outages_in_a_row_ = 0;
    if (high_) prove(probe.waiter.since);
  } else {
    losses_.push_back({probe.waiter.since, probe.idle});
  }
  note({probe.idle, sight});
}

void PathSearch::prove(policy::Millis since) { proved_ = std::min(proved_.value_or(since), since); }

void PathSearch::judge_control(PathSight sight, policy::Millis since) {
  if (!doubtful_) return;
  if (sight != PathSight::kept) return void_loss();
  outages_in_a_row_ = 0;
  prove(since);
  losses_.push_back({doubtful_since_, doubtful_->idle});
  note(*doubtful_);
  doubtful_.reset();
}

/// The loss had another cause, which has affected the waiting connections, too: all start again.
void PathSearch::void_loss() {
  doubtful_.reset();
  ++outages_;
  if (++outages_in_a_row_ >= kMostOutages) finish(PathFinding::unreachable);
  begins_anew_ = true;
}

void PathSearch::ended(std::uint32_t id, PathSight sight, policy::Millis now) {
  const auto waiter = std::ranges::find(waiters_, id, &PathWaiter::id);
  if (waiter == waiters_.end()) return;
  const PathWaiter gone = *waiter;
  waiters_.erase(waiter);
  // Accepted and dropped at once: the far end admits no more.
  if (now - gone.since < kYoungest) return refused(now);
  seen_.push_back({now - gone.since, sight});
  // A restart of the far end ends all connections at one instant, whatever their age; an idle limit ends each at its own time.
  constexpr policy::Millis kApart{80};
  for (const Ended& other : ends_) {
    const policy::Millis births = std::chrono::abs(other.since - gone.since);
    const policy::Millis ages = std::chrono::abs(other.age - (now - gone.since));
    if (births < kApart || ages > births / 2 || ages > other.age / 10 + kApart) continue;
    limit_ = std::min(other.age, now - gone.since);
    limit_how_ = sight;
    return finish(PathFinding::far_end_ends);
  }
  ends_.push_back({gone.since, now - gone.since});
  if (ends_.size() < 4 * wish_.connections) return;
  limit_ = std::ranges::min(ends_, {}, &Ended::age).age;
  limit_how_ = sight;
  finish(PathFinding::far_end_ends);
}

void PathSearch::spoke(std::uint32_t id, policy::Millis now) {
  const auto waiter = std::ranges::find(waiters_, id, &PathWaiter::id);
  if (waiter == waiters_.end()) return;
  const policy::Millis silence = now - waiter->since;
  waiter->since = now;
  // Data right after connecting is a greeting.
  if (silence < kYoungest * 2) return;
  limit_ = std::min(limit_.value_or(silence), silence);
  if (++talks_ >= kMostTalks) finish(PathFinding::far_end_talks);
}

void PathSearch::limit_to(policy::Millis longest) noexcept {
  if (high_) return;
  wish_.longest = std::max(std::min(wish_.longest, longest), kYoungest);
}

policy::Millis PathSearch::target() const noexcept {
  if (!high_) return rung_above(low_, wish_.longest);
  return narrow() ? *high_ : low_ + (*high_ - low_) / 2;
}

PathResult PathSearch::result() const {
  PathResult result;
  result.finding = finding_.value_or(PathFinding::unreachable);
  result.kept = low_;
  result.lost = high_;
  result.outages = outages_;
  result.limit = limit_;
  result.blur = blur_;
  result.how = limit_how_;
  for (const PathObservation& each : seen_) {
    if (!is_loss(each.sight)) continue;
    if (high_ && each.idle == *high_) result.how = each.sight;
    if (each.idle > low_) continue;
    result.earliest_loss = std::min(result.earliest_loss.value_or(each.idle), each.idle);
  }
  return result;
}

}  // namespace wsalive::path

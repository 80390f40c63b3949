#include "path/search_run.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "os/socket/poll.hpp"

namespace wsalive::path {
namespace {

using policy::Millis;

constexpr Millis kVerdictGlance{20};  // Between two looks while a verdict is pending.
constexpr Millis kShow{250};          // Between two updates of the progress display.

/// A direction need not be searched much beyond the time that the other one keeps.
void limit_by(PathSearch& search, const Lane& other) {
  if (!other.search().is_over() || search.is_over()) return;
  const PathResult result = other.search().result();
  if (result.finding != PathFinding::forgets) return;
  // This direction's segments revived it: that is as conclusive as a longer search.
  const bool revives = other.revivals().verdict().value_or(false);
  search.limit_to(revives ? *result.lost + *result.lost / 8 : far_enough(*result.lost));
}

}  // namespace

SearchRun::SearchRun(PathSearch& outward, const FarEnd& far_end, const Clock& clock,
                     os::StopSignals& stop)
    : clock_(clock),
      stop_(stop),
      began_(clock.now()),
      far_end_(far_end),
      leaving_(nullptr),
      outward_search_(outward),
      outward_(outward, Toward::outward, far_end, nullptr, leaving_) {}

SearchRun::SearchRun(PathSearch& outward, PathSearch& inward, const FarEnd& far_end,
                     const Clock& clock, os::StopSignals& stop)
    : clock_(clock),
      stop_(stop),
      began_(clock.now()),
      far_end_(far_end),
      control_(far_end),
      leaving_(&*control_),
      outward_search_(outward),
      inward_search_(&inward),
      outward_(outward, Toward::outward, far_end, &*control_, leaving_),
      inward_(std::in_place, inward, Toward::inward, far_end, &*control_, leaving_) {}

Millis SearchRun::now() const { return std::chrono::floor<Millis>(clock_.now() - began_); }

Millis SearchRun::took() const { return now(); }

std::uint32_t SearchRun::opened() const noexcept {
  return outward_.opened() + (inward_ ? inward_->opened() : 0) + tried_;
}

std::size_t SearchRun::observations() const noexcept {
  return outward_search_.observations().size() +
         (inward_search_ ? inward_search_->observations().size() : 0);
}

bool SearchRun::is_stopped() {
  const auto signal = stop_.taken();
  if (signal) signal_ = *signal;
  return signal.has_value();
}

RunEnd SearchRun::call() {
  while (control_ && !control_->is_ready()) {
    control_->look(now());
    if (control_->trouble()) return RunEnd::alone;
    if (is_stopped()) return RunEnd::stopped;
    wait(Millis::max());
  }
  return RunEnd::done;
}

Lane::Round SearchRun::play_both(Millis now) {
  const Lane::Round out = outward_.play(now);
  if (!inward_) return out;
  const Lane::Round in = inward_->play(now);
  limit_by(outward_search_, *inward_);
  limit_by(*inward_search_, outward_);
  return {.done = out.done && in.done, .until = std::min(out.until, in.until)};
}

RunEnd SearchRun::run(const std::function<void(const Moment&)>& watcher) {
  std::size_t seen = observations();
  for (;;) {
    if (is_stopped()) {
      leave();
      return RunEnd::stopped;
    }
    if (control_) {
      control_->look(now());
      if (control_->end()) return RunEnd::alone;
    }
    leaving_.look(now());
    const Lane::Round round = play_both(now());
    const bool news = std::exchange(seen, observations()) != seen;
    watcher({.outward = outward_search_,
             .inward = inward_search_,
             .now = now(),
             .next = round.until,
             .news = news});
    if (round.done) {
      leave();
      return RunEnd::done;
    }
    wait(round.until);
  }
}

TrialEnd SearchRun::try_out(TrialPlan& plan, const policy::Timing& timing) {
  const auto tend = [this] {
    if (control_) control_->look(now());
  };
  HeldTrial held = try_settings(plan, timing,
                                {.far_end = far_end_,
                                 .is_served = control_.has_value(),
                                 .clock = clock_,
                                 .stop = stop_,
                                 .tend = tend});
  if (held.connection) {
    ++tried_;
    const bool is_alive = held.end.trial.finding != TrialFinding::not_counted;
    leaving_.take(std::move(*held.connection), is_alive ? PathSight::kept : PathSight::silent,
                  now(), outward_.longest_trip());
  }
  end_what_leaves();
  return held.end;
}

/// Closes gracefully, and briefly: the far end detects by itself what it then misses.
void SearchRun::leave() {
  outward_.leave(now());
  if (inward_) inward_->leave(now());
  end_what_leaves();
}

void SearchRun::end_what_leaves() {
  constexpr int kLooks = 20;
  for (int looks = 0; !leaving_.is_over() || looks < kLooks; ++looks) {
    leaving_.look(now());
    if (control_) control_->look(now());
    if (leaving_.is_over() && (!control_ || control_->is_idle())) return;
    std::array<os::Watched, 1> nothing{os::Watched{stop_.fd(), 0}};
    (void)os::wait_for(nothing.data(), nothing.size(), kVerdictGlance);
  }
}

void SearchRun::wait(Millis until) {
  const bool busy =
      outward_.is_busy() || (inward_ && inward_->is_busy()) || (control_ && !control_->is_ready());
  Millis patience = busy ? kVerdictGlance : kShow;
  if (until != Millis::max()) patience = std::clamp(until - now(), Millis{1}, patience);
  std::vector<os::Watched> watched{{stop_.fd(), os::kReadable}};
  if (control_) watched.emplace_back(control_->fd(), os::kReadable);
  outward_.watch(watched);
  if (inward_) inward_->watch(watched);
  (void)os::wait_for(watched.data(), watched.size(), patience);
}

}  // namespace wsalive::path

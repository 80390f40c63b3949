#include "cli/path/search_run.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "os/poll.hpp"

namespace wsalive::cli::path {
namespace {

using os::Farewell;
using os::IdleSight;
using policy::Millis;
using policy::PathAct;
using policy::PathSight;

constexpr int kProbesBeforeSilence = 4;  // Of one connection: a lost probe is no verdict.
constexpr Millis kBetweenProbes{700};    // A Linux peer answers one in 500 ms (K-52).
constexpr Millis kConnectPatience{10'000};
constexpr Millis kGlance{20};  // Between two looks while a verdict is awaited.
constexpr Millis kShow{250};   // Between two moments for the watcher.

bool is_over(IdleSight sight) {
  return sight == IdleSight::ended || sight == IdleSight::reset || sight == IdleSight::failed;
}

}  // namespace

SearchRun::SearchRun(policy::PathSearch& search, os::Endpoint to, const Clock& clock,
                     os::StopSignals& stop)
    : search_(search), to_(to), clock_(clock), stop_(stop), began_(clock.now()) {}

Millis SearchRun::now() const { return std::chrono::floor<Millis>(clock_.now() - began_); }

Millis SearchRun::took() const { return now(); }

RunEnd SearchRun::run(const std::function<void(const Moment&)>& watcher) {
  std::size_t seen = search_.observations().size();
  for (;;) {
    if (const auto signal = stop_.taken()) {
      signal_ = *signal;
      return RunEnd::stopped;
    }
    look_at_waiters();
    look_at_probe();
    look_at_opening();
    policy::PathStep step{.act = PathAct::wait, .id = 0, .until = Millis::max()};
    if (!opening_) step = search_.next(now());
    const bool news = std::exchange(seen, search_.observations().size()) != seen;
    watcher({.search = search_, .now = now(), .next = step.until, .news = news});
    if (step.act == PathAct::done) return RunEnd::done;
    if (step.act == PathAct::wait) {
      wait(step.until);
    } else {
      act(step);
    }
  }
}

void SearchRun::look_at_waiters() {
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const IdleSight sight = at->second.look();
    const std::uint32_t id = at->first;
    if (sight == IdleSight::data) search_.spoke(id, now());
    if (is_over(sight)) {
      search_.ended(id, sight == IdleSight::ended ? PathSight::closed : PathSight::cut_short,
                    now());
      at = waiting_.erase(at);
    } else {
      ++at;
    }
  }
}

void SearchRun::look_at_probe() {
  if (!probing_) return;
  switch (probing_->connection.look()) {
    case IdleSight::answered:
    case IdleSight::data:
      return judge(PathSight::kept);
    case IdleSight::reset:
      return judge(PathSight::reset);
    case IdleSight::ended:
      return judge(PathSight::closed);
    case IdleSight::failed:
      return judge(PathSight::silent);
    default:
      break;
  }
  if (now() < probing_->next_ask) return;
  if (probing_->asked == kProbesBeforeSilence) return judge(PathSight::silent);
  (void)probing_->connection.probe();
  ++probing_->asked;
  probing_->next_ask = now() + std::max(kBetweenProbes, round_trip_ * 3);
}

void SearchRun::judge(PathSight sight) {
  const bool alive = sight == PathSight::kept || sight == PathSight::closed;
  probing_->connection.close(alive ? Farewell::finish : Farewell::reset);
  probing_.reset();
  search_.judged(sight, now());
}

void SearchRun::look_at_opening() {
  if (!opening_) return;
  const IdleSight sight = opening_->connection.look();
  const bool late = now() - opening_->began > kConnectPatience;
  if (sight == IdleSight::quiet && !late) return;
  Opening opening = std::move(*opening_);
  opening_.reset();
  if (sight == IdleSight::connected) {
    round_trip_ = std::max(round_trip_, now() - opening.began);
    search_.opened(opening.id, now());
    waiting_.emplace(opening.id, std::move(opening.connection));
    return;
  }
  constexpr int kTimedOut = 110;  // ETIMEDOUT
  refusal_ = late ? kTimedOut : opening.connection.error();
  search_.refused(now());
}

void SearchRun::act(const policy::PathStep& step) {
  if (step.act == PathAct::open) return begin_opening();
  if (step.act == PathAct::probe) return begin_probe(step.id);
  const auto at = waiting_.find(step.id);
  if (at == waiting_.end()) return;
  at->second.close(Farewell::finish);
  waiting_.erase(at);
}

void SearchRun::begin_opening() {
  auto begun = os::IdleConnection::begin(to_);
  if (begun) {
    opening_.emplace(Opening{next_id_++, std::move(*begun), now()});
    return;
  }
  refusal_ = begun.error().code;
  search_.refused(now());
}

void SearchRun::begin_probe(std::uint32_t id) {
  const auto at = waiting_.find(id);
  if (at == waiting_.end()) return search_.judged(PathSight::cut_short, now());
  probing_.emplace(Probing{id, std::move(at->second), now(), 0});
  waiting_.erase(at);
}

void SearchRun::wait(Millis until) {
  const bool busy = probing_ || opening_;
  Millis patience = busy ? kGlance : kShow;
  if (until != Millis::max()) patience = std::clamp(until - now(), Millis{1}, patience);
  std::vector<os::Watched> watched{{stop_.fd(), os::kReadable}};
  for (const auto& [id, connection] : waiting_)
    watched.emplace_back(connection.fd(), os::kReadable);
  (void)os::wait_for(watched.data(), watched.size(), patience);
}

}  // namespace wsalive::cli::path

#include "path/lane.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/tcp/tcp_info.hpp"

namespace wsalive::path {
namespace {

using policy::Millis;

constexpr Millis kConnectPatience{10'000};
constexpr Millis kLookLateness{20};  // How late a look may be.

bool is_over(IdleSight sight) {
  return sight == IdleSight::ended || sight == IdleSight::reset || sight == IdleSight::failed;
}

PathSight sight_of(PathWord word) {
  if (word == PathWord::answered) return PathSight::kept;
  if (word == PathWord::reset) return PathSight::reset;
  return word == PathWord::gone ? PathSight::cut_short : PathSight::silent;
}

}  // namespace

Lane::Round Lane::play(Millis now) {
  look_at_waiters(now);
  look_at_probe(now);
  look_at_order(now);
  look_at_opening(now);
  look_at_revivals(now);
  while (!opening_) {
    const PathStep step = search_.next(now);
    if (step.act == PathAct::done) return {.done = revivals_.empty(), .until = Millis::max()};
    if (step.act == PathAct::wait) return {.done = false, .until = step.until};
    act(step, now);
  }
  return {.done = false, .until = Millis::max()};
}

void Lane::watch(std::vector<os::Watched>& watched) const {
  for (const auto& [id, each] : waiting_) watched.emplace_back(each.connection.fd(), os::kReadable);
}

void Lane::look_at_waiters(Millis now) {
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const IdleSight sight = at->second.connection.look();
    const std::uint32_t id = at->first;
    if (sight == IdleSight::data) search_.spoke(id, now);
    if (is_over(sight)) {
      const PathSight end = sight == IdleSight::ended ? PathSight::closed : PathSight::cut_short;
      // Another cause: the far end did not end it.
      part(std::move(at->second), sight == IdleSight::failed ? PathSight::silent : end, now);
      search_.ended(id, end, now);
      at = waiting_.erase(at);
    } else {
      ++at;
    }
  }
}

void Lane::look_at_probe(Millis now) {
  if (!own_probe_) return;
  const auto sight = own_probe_->look(now);
  if (!sight) return;
  Waiting waiting{own_probe_->take(), std::exchange(own_probe_id_, {})};
  own_probe_.reset();
  judge(std::move(waiting), *sight, now, std::nullopt);
}

void Lane::look_at_order(Millis now) {
  if (!ordered_) return;
  const auto reply = control_->verdict_on(ordered_->waiting.id);
  if (!reply) return;
  Waiting waiting = std::move(ordered_->waiting);
  ordered_.reset();
  const bool timed = reply->word != PathWord::gone;
  judge(std::move(waiting), sight_of(reply->word), now,
        timed ? std::optional{reply->idle} : std::nullopt);
}

void Lane::judge(Waiting waiting, PathSight sight, Millis now, std::optional<Millis> idle) {
  const bool lost = sight == PathSight::silent;
  if (lost && control_ && counted_.asked + revivals_.size() < kEnoughRevivals) {
    Revival revival{.own = std::nullopt, .held = std::nullopt, .id = waiting.id, .began = now};
    if (toward_ == Toward::inward) {
      revival.own.emplace(std::move(waiting.connection), longest_trip_);
    } else {
      revival.held.emplace(std::move(waiting.connection));
      control_->probe(waiting.id);
    }
    revivals_.push_back(std::move(revival));
  } else {
    part(std::move(waiting), sight, now);
  }
  search_.judged(sight, now, idle);
}

void Lane::part(Waiting waiting, PathSight sight, Millis now) {
  leaving_.take(std::move(waiting), sight, now, longest_trip_);
}

std::optional<bool> Lane::revived(Revival& revival, Millis now) {
  if (revival.own) {
    const auto sight = revival.own->look(now);
    return sight ? std::optional{*sight == PathSight::kept} : std::nullopt;
  }
  const auto reply = control_->verdict_on(revival.id);
  if (reply) return reply->word == PathWord::answered;
  const bool late = now - revival.began > probing_time(longest_trip_) + kConnectPatience;
  return late ? std::optional{false} : std::nullopt;
}

void Lane::look_at_revivals(Millis now) {
  for (auto at = revivals_.begin(); at != revivals_.end();) {
    const auto verdict = revived(*at, now);
    if (!verdict) {
      ++at;
      continue;
    }
    ++counted_.asked;
    if (*verdict) ++counted_.revived;
    IdleConnection connection = at->own ? at->own->take() : std::move(*at->held);
    part({std::move(connection), at->id}, *verdict ? PathSight::kept : PathSight::silent, now);
    at = revivals_.erase(at);
  }
}

void Lane::look_at_opening(Millis now) {
  if (!opening_) return;
  const Opening::State state = opening_->look();
  const bool late = now - opening_began_ > kConnectPatience;
  if (state == Opening::State::under_way && !late) return;
  Opening opening = std::move(*opening_);
  opening_.reset();
  if (state != Opening::State::made) {
    return refused(late ? ETIMEDOUT : opening.error(), now);
  }
  const Millis trip = now - opening_began_;
  longest_trip_ = std::max(longest_trip_, trip);
  shortest_trip_ = std::min(shortest_trip_, trip);
  if (toward_ == Toward::inward) search_.blurred_by(shortest_trip_ + kLookLateness);
  Waiting waiting = opening.take();
  // Its age is that of its silence, whenever this look found it.
  const auto facts = os::tcp_facts(waiting.connection.fd());
  const Millis silent = facts ? std::clamp<Millis>(facts->heard, Millis{0}, trip) : Millis{0};
  search_.opened(next_id_, now - silent);
  waiting_.emplace(next_id_++, std::move(waiting));
}

void Lane::act(const PathStep& step, Millis now) {
  if (step.act == PathAct::open) return begin_opening(now);
  if (step.act == PathAct::probe) return begin_probe(step.id, now);
  const auto at = waiting_.find(step.id);
  if (at == waiting_.end()) return;
  part(std::move(at->second), PathSight::kept, now);
  waiting_.erase(at);
}

void Lane::leave(Millis now) {
  for (auto& [id, each] : waiting_) part(std::move(each), PathSight::kept, now);
  waiting_.clear();
  if (own_probe_) part({own_probe_->take(), own_probe_id_}, PathSight::kept, now);
  own_probe_.reset();
  if (ordered_) part(std::move(ordered_->waiting), PathSight::kept, now);
  ordered_.reset();
  for (Revival& each : revivals_) {
    part({each.own ? each.own->take() : std::move(*each.held), each.id}, PathSight::silent, now);
  }
  revivals_.clear();
}

void Lane::begin_opening(Millis now) {
  auto begun = Opening::begin(far_end_, control_ != nullptr);
  if (begun) {
    opening_began_ = now;
    opening_.emplace(std::move(*begun));
    return;
  }
  refused(begun.error().code, now);
}

void Lane::refused(int error, Millis now) {
  refusal_ = error;
  // Do not wait for a server that accepts no connection at all; `wsalive serve` may be full for the moment.
  if (next_id_ == 0 && !control_) return search_.give_up();
  search_.refused(now);
}

void Lane::begin_probe(std::uint32_t id, Millis now) {
  const auto at = waiting_.find(id);
  if (at == waiting_.end()) return search_.judged(PathSight::cut_short, now);
  Waiting waiting = std::move(at->second);
  waiting_.erase(at);
  if (toward_ == Toward::outward) {
    own_probe_id_ = waiting.id;
    own_probe_.emplace(std::move(waiting.connection), longest_trip_);
    return;
  }
  control_->probe(waiting.id);
  ordered_.emplace(Ordered{std::move(waiting), now});
}

}  // namespace wsalive::path

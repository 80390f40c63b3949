// When probes leave and when a connection is given up, for any silence, answer, reset or change.
//
// Pure layer: instants are milliseconds from a beginning that the caller chooses, nothing waits and
// nothing is sent. Schedule is one connection's rule: what comes next if the peer stays silent. A
// Timeline plays it against a peer. Simulator, wire tests, documents and the command use these two,
// so that a prediction is made in one place only.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "policy/keepalive.hpp"

namespace wsalive::policy {

/// An instant or a length of time on a timeline; wide enough for 255 of the longest intervals.
using Millis = std::chrono::duration<std::int64_t, std::milli>;

enum class Happening : std::uint8_t {
  probe,       ///< We send a keep-alive segment.
  answer,      ///< The peer acknowledges it.
  data,        ///< The peer sends something else.
  reset,       ///< We give the connection up and send a reset.  K-52
  peer_reset,  ///< The peer answers with a reset.  K-92
};

struct Event {
  Millis at{};
  Happening what = Happening::probe;

  friend constexpr bool operator==(const Event&, const Event&) = default;
};

/// A Linux peer answers one probe in this time at most (tcp_invalid_ratelimit).  K-52
inline constexpr Millis kPeerAnswerGap{500};

/// So far apart two probes are both answered, though timers and paths move each of them a little.
inline constexpr Millis kSafeAnswerGap{510};

/// A series that leaves a Linux peer so many answers, or N where that is less, ends as it was asked for.
inline constexpr std::uint32_t kEnoughAnswers = 3;

/// One that leaves fewer cannot; then it goes on until so many probes, or N, could have been answered.
inline constexpr std::uint32_t kSafeAnswers = 10;

namespace detail {

/// How many of the longest series' probes leave a peer `answers` answers, each `gap` after the last answer
/// before it. The last answer before the series came at its silence's beginning.
constexpr std::uint32_t probes_for(std::uint32_t answers, const Timing& timing,
                                   Millis gap) noexcept {
  const std::int64_t interval = std::max<std::int64_t>(timing.interval.count(), 1);
  const auto steps = [interval](std::int64_t time) {
    return time <= 0 ? 0 : (time + interval - 1) / interval;
  };
  const std::int64_t first = steps(gap.count() - std::int64_t{timing.idle.count()});
  return static_cast<std::uint32_t>(first + (answers - 1) * steps(gap.count()) + 1);
}

}  // namespace detail

/// Probes that go out unanswered before the connection is given up: N, or more where N of them would fall
/// into the time in which a Linux peer answers too few. 0 for N = 0 (never given up).
///
/// Who counts probes asks here: the schedule, the engine's drivers, the read-back, `explain`. A series that
/// must be longer has no more than kLargestCount probes, unless kEnoughAnswers need more.  K-52, K-53, K-59
constexpr std::uint32_t probes_before_give_up(const Timing& timing) noexcept {
  const std::uint32_t asked = timing.probes;
  if (asked == 0) return 0;
  const std::uint32_t enough = std::min(asked, kEnoughAnswers);
  // With the bare gap for the sake of an interval of half a second; but not on one answer alone (K-59).
  const std::uint32_t needed =
      std::max(detail::probes_for(enough, timing, kPeerAnswerGap),
               detail::probes_for(std::min(asked, 2U), timing, kSafeAnswerGap));
  if (asked >= needed) return asked;
  const std::uint32_t least = detail::probes_for(enough, timing, kSafeAnswerGap);
  const std::uint32_t safe =
      detail::probes_for(std::min(asked, kSafeAnswers), timing, kSafeAnswerGap);
  return std::max({asked, least, std::min<std::uint32_t>(safe, kLargestCount)});
}

/// From the last segment received to the give-up, if the peer stays silent: T + N x I, or later where
/// that leaves a Linux peer too few answers. nullopt: never, N = 0.  K-52, K-53
constexpr std::optional<Millis> time_to_give_up(const Timing& timing) noexcept {
  if (timing.probes == 0) return std::nullopt;
  return Millis{timing.idle.count() +
                std::int64_t{timing.interval.count()} * probes_before_give_up(timing)};
}

/// One connection's probes, driven by what happens. Instants given to one object never go back.
class Schedule {
 public:
  /// Keep-alive is switched on at `now` on a connection that heard its last segment at `heard`.
  constexpr explicit Schedule(const Timing& timing, Millis heard = {}, Millis now = {}) noexcept
      : timing_(timing), heard_(heard), earliest_(now) {}

  /// The next probe or the reset, if nothing is heard until then; nullopt: none ever.  K-50 to K-53
  ///
  /// It is due T + k x I after the last segment heard, k being the probes since, but never sooner
  /// than I after the last probe: so a late probe moves the later ones and the end along.
  [[nodiscard]] constexpr std::optional<Event> next() const noexcept {
    if (ended_ || timing_.probes == 0) return std::nullopt;
    const Millis interval{timing_.interval.count()};
    Millis due =
        std::max(heard_ + Millis{timing_.idle.count()} + interval * unanswered_, earliest_);
    if (unanswered_ > 0) due = std::max(due, last_probe_ + interval);
    return Event{due, may_give_up() ? Happening::reset : Happening::probe};
  }

  /// What `next` told has happened at `at`, on time or late.
  constexpr void happened(Millis at) noexcept {
    const std::optional<Event> due = next();
    if (!due) return;
    if (due->what == Happening::reset) {
      ended_ = true;
      return;
    }
    last_probe_ = at;
    ++unanswered_;
  }

  /// A segment came, an answer or any other: the silence begins anew.  K-50
  constexpr void heard(Millis at) noexcept {
    heard_ = at;
    unanswered_ = 0;
  }

  /// The connection is over for another reason.
  constexpr void end() noexcept { ended_ = true; }

  /// T, I or N are set anew at `now`. Probes that went out stay counted; if the silence is already
  /// longer than the new T, the next probe goes at once.  K-50
  constexpr void change(const Timing& timing, Millis now) noexcept {
    timing_ = timing;
    earliest_ = now;
  }

  [[nodiscard]] constexpr std::uint32_t unanswered() const noexcept { return unanswered_; }
  [[nodiscard]] constexpr bool ended() const noexcept { return ended_; }

 private:
  [[nodiscard]] constexpr bool may_give_up() const noexcept {
    return unanswered_ >= probes_before_give_up(timing_);
  }

  Timing timing_;
  Millis heard_;
  Millis earliest_;
  Millis last_probe_{};
  std::uint32_t unanswered_ = 0;
  bool ended_ = false;
};

/// How the other end of a timeline behaves. An answer comes in the instant of its probe.
struct Peer {
  enum class Kind : std::uint8_t { dead, answers, resets };

  Kind kind = Kind::dead;
  std::uint32_t every = 1;  ///< `answers`: to the k-th, 2k-th, ... probe it gets only.
  Millis least_gap{};  ///< `answers`: not sooner than this after its last answer; Linux: 500 ms.

  friend constexpr bool operator==(const Peer&, const Peer&) = default;
};

inline constexpr Peer kDeadPeer{};
inline constexpr Peer kAnsweringPeer{.kind = Peer::Kind::answers};
inline constexpr Peer kLinuxPeer{
    .kind = Peer::Kind::answers, .every = 1, .least_gap = kPeerAnswerGap};
inline constexpr Peer kResettingPeer{.kind = Peer::Kind::resets};

/// A schedule and a peer: all events in order, from a last segment heard at 0.
class Timeline {
 public:
  constexpr Timeline(const Timing& timing, const Peer& peer) noexcept
      : schedule_(timing), peer_(peer) {}

  /// The next event, which has not happened yet; nullopt when nothing happens any more. Endless with
  /// a peer that answers.
  [[nodiscard]] constexpr std::optional<Event> peek() const noexcept {
    return reply_ ? reply_ : schedule_.next();
  }

  /// Lets the next event happen.
  constexpr std::optional<Event> next() noexcept {
    const std::optional<Event> event = peek();
    if (reply_) {
      reply_.reset();
    } else if (event) {
      schedule_.happened(event->at);
      if (event->what == Happening::probe) reply_to(event->at);
    }
    return event;
  }

  /// The peer sends something by itself at `at`, not after the next event.  K-50
  constexpr void data(Millis at) noexcept { schedule_.heard(at); }

  /// Writes the first events into `out`; how many there are.
  constexpr std::size_t fill(std::span<Event> out) noexcept {
    std::size_t count = 0;
    for (; count < out.size(); ++count) {
      const std::optional<Event> event = next();
      if (!event) break;
      out[count] = *event;
    }
    return count;
  }

 private:
  constexpr void reply_to(Millis at) noexcept {
    ++probes_;
    if (peer_.kind == Peer::Kind::resets) {
      schedule_.end();
      reply_ = Event{at, Happening::peer_reset};
    } else if (peer_.kind == Peer::Kind::answers && probes_ % peer_.every == 0 &&
               at >= answers_from_) {
      schedule_.heard(at);
      answers_from_ = at + peer_.least_gap;
      reply_ = Event{at, Happening::answer};
    }
  }

  Schedule schedule_;
  Peer peer_;
  std::uint32_t probes_ = 0;
  Millis answers_from_{};
  std::optional<Event> reply_;
};

}  // namespace wsalive::policy

// When probes leave and when a connection is given up, for any silence, answer, reset or change.
//
// Pure layer: instants are milliseconds from a beginning that the caller chooses; nothing waits and
// nothing is sent. A Schedule says what one connection does next if the peer stays silent. A
// Timeline plays it against a peer. Simulator, wire tests, documents and the command all use these two
// for their predictions. The engine's drivers do not: they go by series.hpp, one instant at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "policy/kernel_timer.hpp"
#include "policy/series.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::policy {

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

/// From the last segment received to the give-up, if the peer stays silent: T + N x I, or later where
/// a Linux peer could not answer N of them. nullopt: never, N = 0.  K-52, K-53
constexpr std::optional<Millis> time_to_give_up(const Timing& timing) noexcept {
  if (timing.probes == 0) return std::nullopt;
  const Series series{timing};
  return series.due(series.probes());
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
    const Series series{timing_};
    Millis due = std::max(heard_ + series.due(unanswered_), earliest_);
    if (unanswered_ > 0) due = std::max(due, last_probe_ + series.after(unanswered_ - 1));
    return Event{due, unanswered_ >= series.probes() ? Happening::reset : Happening::probe};
  }

  /// The event of `next` has happened at `at`, on time or late.
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
  Timing timing_;
  Millis heard_;
  Millis earliest_;
  Millis last_probe_{};
  std::uint32_t unanswered_ = 0;
  bool ended_ = false;
};

/// When the events of a Timeline happen at the latest: the kernel's lateness adds up from probe to probe.
class Lateness {
 public:
  /// \param behind  How much later than T the kernel's timer of the first probe is set.
  constexpr Lateness(const Timing& timing, const Accuracy& accuracy, Millis behind = {}) noexcept
      : timing_(timing), accuracy_(accuracy), behind_(behind) {}

  /// \param event  Each one in its turn. \return Its latest instant, from `behind` on.
  constexpr Millis of(const Event& event) noexcept {
    if (event.what == Happening::probe || event.what == Happening::reset) {
      const Span span = probe_span(timing_, ++unanswered_, accuracy_, behind_);
      late_ = before_ + span.latest - span.earliest;
    } else if (event.what == Happening::answer) {
      before_ = late_;
      unanswered_ = 0;
      // The instants of the events already contain what the kernel waits for then.
      behind_ = {};
      timing_.idle = std::max(timing_.idle, timing_.interval);
    }
    return event.at + late_;
  }

 private:
  Timing timing_;
  Accuracy accuracy_;
  Millis behind_;
  std::uint32_t unanswered_ = 0;
  Millis before_{};  ///< How late this silence may have begun.
  Millis late_{};
};

/// How the other end of a timeline behaves. An answer comes at the instant of its probe.
struct Peer {
  enum class Kind : std::uint8_t { dead, answers, resets };

  Kind kind = Kind::dead;
  std::uint32_t every = 1;  ///< `answers`: only to the k-th, 2k-th, ... probe.
  Millis least_gap{};       ///< `answers`: only so long after its last answer; Linux: 500 ms.

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
  /// \param by  The kernel alone starts I from an answer where I is above T, not T.  K-50
  constexpr Timeline(const Timing& timing, const Peer& peer, KeptBy by = KeptBy::engine) noexcept
      : schedule_(timing), peer_(peer) {
    const Millis more = Millis{timing.interval.count()} - Millis{timing.idle.count()};
    if (by == KeptBy::kernel) longer_ = std::max(more, Millis{});
  }

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

  /// The peer sends something of its own at `at`, not after the next event.  K-50
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
      schedule_.heard(at + longer_);
      answers_from_ = at + peer_.least_gap;
      reply_ = Event{at, Happening::answer};
    }
  }

  Schedule schedule_;
  Peer peer_;
  Millis longer_{};  ///< How much longer than T the silence after an answer is.
  std::uint32_t probes_ = 0;
  Millis answers_from_{};
  std::optional<Event> reply_;
};

}  // namespace wsalive::policy

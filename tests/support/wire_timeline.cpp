#include "support/wire_timeline.hpp"

#include <fmt/format.h>

#include "advice/timeline_text.hpp"

namespace wsalive::test {
namespace {

using lab::Act;
using lab::SegmentDirection;
using policy::Happening;
using policy::Millis;
using std::chrono::nanoseconds;

class Comparison {
 public:
  explicit Comparison(const WireCase& wanted)
      : wanted_(wanted), schedule_(wanted.timing), heard_(wanted.on) {}

  std::string of(std::span<const lab::Event> story) {
    for (const lab::Event& event : story) {
      if (event.segment.at > wanted_.until || over_) break;
      if (event.segment.direction == SegmentDirection::in) {
        hear(event);
      } else if (event.segment.at >= wanted_.on) {
        see(event);
      }
    }
    while (!over_) {
      const auto due = schedule_.next();
      if (!due || instant_of(due->at) + wanted_.tolerance.late > wanted_.until) break;
      note(*due, "not captured");
      pass(*due);
    }
    return std::move(text_);
  }

 private:
  [[nodiscard]] Instant instant_of(Millis at) const { return heard_ + at; }

  /// The schedule counts from the last sign of life; keep-alive may have been switched on later.
  [[nodiscard]] policy::Schedule new_silence() const {
    const auto on = std::chrono::duration_cast<Millis>(wanted_.on - heard_);
    return policy::Schedule{wanted_.timing, Millis{}, std::max(on, Millis{})};
  }

  void hear(const lab::Event& event) {
    catch_up(event.segment.at);
    heard_ = event.segment.at;
    schedule_ = new_silence();
    over_ = event.act == Act::reset;
  }

  void see(const lab::Event& event) {
    if (event.act != Act::probe && event.act != Act::reset) return;
    const Happening what = event.act == Act::probe ? Happening::probe : Happening::reset;
    const auto due = schedule_.next();
    const double at = std::chrono::duration<double, std::milli>(event.segment.at - heard_).count();
    if (!due || due->what != what) {
      text_ += fmt::format("{} captured at {:.1f} ms, but the schedule has {}\n",
                           advice::to_text(what), at, due ? advice::to_text(*due) : "nothing");
      if (!due) return;
    } else {
      const nanoseconds late = event.segment.at - instant_of(due->at);
      if (late < -wanted_.tolerance.early || late > wanted_.tolerance.late) {
        note(*due, fmt::format("captured at {:.1f} ms", at));
      }
    }
    pass(*due);
  }

  /// What should have gone out before the peer spoke again.
  void catch_up(Instant now) {
    while (const auto due = schedule_.next()) {
      if (instant_of(due->at) + wanted_.tolerance.late > now) break;
      note(*due, "not captured");
      pass(*due);
    }
  }

  void pass(const policy::Event& due) {
    schedule_.happened(due.at);
    over_ = due.what == Happening::reset;
  }

  void note(const policy::Event& due, const std::string& what) {
    text_ += fmt::format("{}: {}\n", advice::to_text(due), what);
  }

  WireCase wanted_;
  policy::Schedule schedule_;
  Instant heard_;
  bool over_ = false;
  std::string text_;
};

}  // namespace

std::string differences(std::span<const lab::Event> story, const WireCase& wanted) {
  return Comparison{wanted}.of(story);
}

}  // namespace wsalive::test

#include "chronicle.hpp"

#include <algorithm>

namespace wsalive::demo {
namespace {

using lab::Act;
using lab::Event;
using lab::Segment;
using lab::SegmentDirection;

constexpr std::chrono::milliseconds kCrossing{
    50};  // More than a segment needs through the firewall.

std::vector<Event> story_of(const std::vector<Segment>& segments, Lane lane) {
  return lab::narrate(lab::of_port(segments, kPorts[index_of(lane)]));
}

bool came_through(const Segment& sent, const std::vector<Segment>& outside) {
  return std::ranges::any_of(outside, [&](const Segment& s) {
    return s.from == sent.from && s.to == sent.to && s.seq == sent.seq && s.flags == sent.flags &&
           s.payload == sent.payload && std::chrono::abs(s.at - sent.at) < kCrossing;
  });
}

/// The instant of the first event `act` that comes in after `index`, before the client speaks again.
std::optional<Instant> reply(const std::vector<Event>& story, std::size_t index, Act act) {
  for (std::size_t i = index + 1; i < story.size(); ++i) {
    if (story[i].segment.direction == SegmentDirection::in && story[i].act == act) {
      return story[i].segment.at;
    }
    if (story[i].segment.direction == SegmentDirection::out && story[i].act != Act::acknowledgement)
      break;
  }
  return std::nullopt;
}

/// Turns the story of one lane into happenings.
class Teller {
 public:
  Teller(const Record& record, Lane lane) : record_(record), lane_(lane) {}

  std::vector<Happening> tell() {
    story_ = story_of(record_.inside, lane_);
    for (std::size_t i = 0; i < story_.size(); ++i) {
      if (story_[i].segment.direction == SegmentDirection::out) tell_event(i);
    }
    return std::move(told_);
  }

 private:
  void tell_event(std::size_t i) {
    switch (story_[i].act) {
      case Act::open:
        add(i, Kind::connected);
        break;
      case Act::data:
      case Act::retransmission:
        tell_question(i);
        break;
      case Act::probe:
        tell_probe(i);
        break;
      case Act::reset:
        add(i, Kind::given_up);
        break;
      default:
        break;
    }
  }

  void tell_question(std::size_t i) {
    if (!came_through(story_[i].segment, record_.outside)) {
      add(i, Kind::question_lost).count = ++lost_;
    } else if (const auto answer = reply(story_, i, Act::data)) {
      lost_ = 0;
      add(i, Kind::question_answered).answered_at = *answer;
    }
  }

  void tell_probe(std::size_t i) {
    if (const auto answer = reply(story_, i, Act::answer)) {
      unanswered_ = 0;
      add(i, Kind::probe_answered).answered_at = *answer;
    } else {
      add(i, Kind::probe_lost).count = ++unanswered_;
    }
  }

  Happening& add(std::size_t i, Kind kind) {
    told_.push_back({.at = story_[i].segment.at, .lane = lane_, .kind = kind});
    return told_.back();
  }

  const Record& record_;
  Lane lane_;
  std::vector<Event> story_;
  std::vector<Happening> told_;
  int lost_ = 0;
  int unanswered_ = 0;
};

/// The firewall forgets once; after that it hears nothing of the lane.
std::optional<Instant> forgotten_at(const Record& record, Lane lane, Instant until) {
  const std::vector<Instant> heard = heard_by_firewall(record, lane);
  for (std::size_t i = 0; i < heard.size(); ++i) {
    const Instant limit = heard[i] + kFirewallForgetsAfter;
    const Instant next = i + 1 < heard.size() ? heard[i + 1] : until;
    if (limit < next)
      return record.cut && *record.cut < limit ? std::nullopt : std::optional{limit};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Instant> heard_by_firewall(const Record& record, Lane lane) {
  std::vector<Instant> heard;
  for (const Segment& s : lab::of_port(record.inside, kPorts[index_of(lane)])) {
    const bool from_client = s.to.port == kPorts[index_of(lane)];
    if (!from_client || came_through(s, record.outside)) heard.push_back(s.at);
  }
  return heard;
}

std::optional<Instant> last_sign_of_life(const Record& record, Lane lane) {
  std::optional<Instant> last;
  for (const Segment& s : record.inside) {
    if (s.from.port == kPorts[index_of(lane)]) last = s.at;
  }
  for (const Happening& h : record.notes) {  // Where no wire is watched.
    if (h.lane == lane && h.kind == Kind::question_answered) last = h.answered_at;
  }
  return last;
}

std::vector<Happening> tell(const Record& record, Instant until) {
  std::vector<Happening> all = record.notes;
  for (const Lane lane : kLanes) {
    std::ranges::move(Teller{record, lane}.tell(), std::back_inserter(all));
    if (const auto at = forgotten_at(record, lane, until)) {
      all.push_back({.at = *at, .lane = lane, .kind = Kind::forgotten});
    }
  }
  std::ranges::stable_sort(all, {}, &Happening::at);
  // The kernel repeats a question for a while after its program has turned away.
  std::array<bool, 2> over{};
  std::erase_if(all, [&](const Happening& h) {
    const bool epilogue = over[index_of(h.lane)] && h.kind == Kind::question_lost;
    over[index_of(h.lane)] |= h.kind == Kind::told;
    return epilogue || h.at > until;
  });
  return all;
}

}  // namespace wsalive::demo

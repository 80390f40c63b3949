#include "cli/explain/render.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drawing/svg.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli::explain {
namespace {

using policy::Happening;
using policy::Millis;
namespace svg = drawing::svg;
using svg::Point;

constexpr double kWidth = 900;
constexpr double kLeft = 40;
constexpr double kRight = kWidth - 60;
constexpr double kMargin = kRight + 28;  // Where words end.
constexpr double kLane = 150;
constexpr double kTop = 64;

constexpr std::string_view kRules =
    R"(  text { font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: $ink; }
  .paper { fill: $paper; stroke: $edge; }
  .title { font-size: 19px; font-weight: 600; }
  .name { font-size: 16px; font-weight: 600; }
  .soft { font-size: 13px; fill: $soft; }
  .end { font-size: 13px; fill: $soft; text-anchor: end; }
  .middle { font-size: 13px; fill: $soft; text-anchor: middle; }
  .bad-end { font-size: 14px; fill: $bad; font-weight: 600; text-anchor: end; }
  .good-end { font-size: 14px; fill: $good; font-weight: 600; text-anchor: end; }
  .bad-begin { font-size: 13px; fill: $bad; }
  .bad-before { font-size: 13px; fill: $bad; text-anchor: end; }
  .rail { stroke: $rail; stroke-width: 3; stroke-linecap: round; }
  .quiet { stroke: $rail; stroke-width: 3; stroke-dasharray: 1 7; stroke-linecap: round; }
  .gap { stroke: $paper; stroke-width: 7; }
  .break { stroke: $rail; stroke-width: 2; stroke-linecap: round; }
  .memory { fill: $memory; fill-opacity: .28; }
  .talk { fill: $good; }
  .beat { fill: $beat; }
  .answer { fill: none; stroke: $good; stroke-width: 2.5; }
  .bad { fill: $bad; }
  .mark { fill: none; stroke: $paper; stroke-width: 2.4; stroke-linecap: round; }
  .tick { stroke: $rail; stroke-width: 1; }
  .forgets { stroke: $bad; stroke-width: 2; stroke-dasharray: 4 4; }
)";

/// One subject's lane.
class Lane {
 public:
  Lane(const Scene& scene, const Subject& subject, double top)
      : scene_(scene),
        subject_(subject),
        y_(top + 84),
        top_(top),
        quiet_(subject.endless ? Millis{} : Millis{subject.timing.idle.count()}),
        axis_(quiet_, last_instant()) {}

  [[nodiscard]] std::string drawn() const {
    return words() + memory() + rail() + events() + forgetting() + instants();
  }

 private:
  [[nodiscard]] bool path_matters() const {
    return scene_.path_timeout && scene_.story != advice::Story::dead;
  }

  [[nodiscard]] Millis last_instant() const {
    Millis last =
        subject_.events.empty() ? Millis{subject_.timing.idle.count()} : subject_.events.back().at;
    if (path_matters() && subject_.forecast.forgotten) last = std::max(last, *scene_.path_timeout);
    return last;
  }

  [[nodiscard]] double x(Millis at) const { return kLeft + axis_.at(at) * (kRight - kLeft); }

  [[nodiscard]] std::string words() const {
    const policy::Timing& timing = subject_.timing;
    std::string numbers = fmt::format("T {} · I {} · N {}", policy::format_duration(timing.idle),
                                      policy::format_duration(timing.interval), timing.probes);
    if (subject_.forecast.by == advice::Notice::user_timeout)
      numbers += " · user time-out " + policy::format_duration(scene_.user_timeout);
    return svg::text({kLeft - 8, top_ + 24}, subject_.title, "name") +
           svg::text({kLeft + 182, top_ + 24}, numbers, "soft") + verdict();
  }

  [[nodiscard]] std::string verdict() const {
    const Point place{kMargin, top_ + 24};
    const advice::Forecast& forecast = subject_.forecast;
    if (forecast.fate == advice::Fate::lives) return svg::text(place, "lives", "good-end");
    const advice::EndRow* const end = end_of(subject_);
    if (!end || !forecast.noticed) return svg::text(place, "never noticed", "bad-end");
    return svg::text(place,
                     fmt::format("{} after {}", subject_.is_stack_known ? end->name : "told",
                                 policy::format_span(*forecast.noticed)),
                     "bad-end");
  }

  /// The path's memory: it fades from each segment on, and ends where the path forgets.
  [[nodiscard]] std::string memory() const {
    if (!path_matters()) return {};
    std::string drawn;
    const auto fade = [&](Millis from, Millis to) {
      const Millis gone = from + *scene_.path_timeout;
      const double left = 1 - std::min(1.0, static_cast<double>((to - from).count()) /
                                                static_cast<double>(scene_.path_timeout->count()));
      const Millis end = std::min(to, gone);
      drawn += svg::path(fmt::format("M{0:.1f} {1:.1f} V{2:.1f} L{3:.1f} {4:.1f} V{1:.1f} z",
                                     x(from), y_, y_ - 44, x(end), y_ - 44 * left),
                         "memory");
    };
    Millis since{};
    for (const Foretold& event : subject_.events) {
      if (event.what != Happening::answer) continue;
      fade(since, event.at);
      since = event.at;
    }
    if (!subject_.endless) fade(since, last_instant());
    return drawn;
  }

  [[nodiscard]] std::string rail() const {
    std::string drawn = svg::line({kLeft, y_}, {x(last_instant()), y_}, "rail");
    if (subject_.endless) {
      drawn += svg::line({x(last_instant()) + 14, y_}, {kRight + 34, y_}, "quiet");
    }
    if (axis_.is_broken()) {
      const double middle = (kLeft + x(quiet_)) / 2;
      drawn += svg::line({middle - 4, y_}, {middle + 4, y_}, "gap");
      for (const double at : {middle - 5, middle + 5}) {
        drawn += svg::line({at - 3, y_ + 8}, {at + 3, y_ - 8}, "break");
      }
    }
    return drawn + svg::dot({kLeft, y_}, 7, "talk");
  }

  [[nodiscard]] std::string events() const {
    std::string drawn;
    for (const Foretold& event : subject_.events) {
      const Point at{x(event.at), y_};
      switch (event.what) {
        case Happening::probe:
          drawn += svg::dot(at, 5, "beat");
          break;
        case Happening::answer:
          drawn += svg::dot(at, 9, "answer");
          break;
        case Happening::reset:
        case Happening::peer_reset:
          drawn += cross(at);
          break;
        case Happening::data:
          drawn += svg::dot(at, 7, "talk");
          break;
      }
    }
    return drawn;
  }

  static std::string cross(Point at) {
    return svg::dot(at, 11, "bad") +
           svg::path(fmt::format("M{:.1f} {:.1f} l9 9 m0 -9 l-9 9", at.x - 4.5, at.y - 4.5),
                     "mark");
  }

  [[nodiscard]] std::string forgetting() const {
    if (!path_matters() || !subject_.forecast.forgotten) return {};
    const double at = x(*subject_.forecast.forgotten);
    const bool right = at < (kLeft + kRight) * 0.6;  // Where the words have room.
    const std::string words = fmt::format("the path forgets after {}",
                                          policy::format_duration(*subject_.forecast.forgotten));
    return svg::line({at, y_ - 44}, {at, y_ + 14}, "forgets") +
           svg::text({right ? at + 8 : at - 8, y_ - 30}, words, right ? "bad-begin" : "bad-before");
  }

  /// The instants below the lane: the first probe, the end, and what lies between if there is room.
  [[nodiscard]] std::string instants() const {
    std::string drawn = svg::text({kLeft - 8, y_ + 34}, "last segment", "soft");
    struct Place {
      double from;
      double to;
    };
    std::vector<Place> taken{{kLeft - 8, kLeft + 80}};
    const auto label = [&](const Foretold& event) {
      constexpr double kLetter = 7;
      constexpr double kApart = 16;
      const double place = x(event.at);
      const std::string words = policy::format_span(event.span());
      const double length = static_cast<double>(words.size()) * kLetter;
      // Long words below the last instants end at the margin.
      const bool fits = place + length / 2 <= kMargin;
      const double begin = fits ? place - length / 2 : kMargin - length;
      const Place wanted{begin, begin + length};
      const bool free = std::ranges::none_of(taken, [&](const Place& other) {
        return wanted.from < other.to + kApart && other.from < wanted.to + kApart;
      });
      if (!free) return;
      taken.push_back(wanted);
      drawn += svg::line({place, y_ + 12}, {place, y_ + 20}, "tick") +
               svg::text({fits ? place : kMargin, y_ + 34}, words, fits ? "middle" : "end");
    };
    if (!subject_.events.empty()) label(subject_.events.back());
    for (const Foretold& event : subject_.events) label(event);
    return drawn;
  }

  const Scene& scene_;
  const Subject& subject_;
  double y_;
  double top_;
  Millis quiet_;
  Axis axis_;
};

std::string picture_title(const Scene& scene) {
  if (scene.nat) {
    return fmt::format("An idle connection on a path that forgets after {}{}",
                       policy::format_duration(*scene.path_timeout),
                       scene.path_is_assumed ? " (assumed)" : "");
  }
  switch (scene.story) {
    case advice::Story::dead:
      return "A peer dies: when is it noticed?";
    case advice::Story::answers:
      return "An idle connection whose peer lives";
    case advice::Story::resets:
      return "A peer has restarted: when is it noticed?";
  }
  return {};
}

/// The legend at the foot: the signs in the picture.
std::string legend(const Scene& scene, double y) {
  std::string drawn;
  double x = kLeft;
  const auto entry = [&](std::string sign, std::string_view words, double width) {
    drawn += sign + svg::text({x + 14, y}, words, "soft");
    x += width;
  };
  entry(svg::dot({x, y - 4}, 5, "beat"), "probe", 80);
  if (scene.story == advice::Story::answers)
    entry(svg::dot({x, y - 4}, 7, "answer"), "answered", 105);
  const bool resets = scene.story == advice::Story::resets;
  const auto ends = [](const Subject& subject) { return subject.forecast.noticed.has_value(); };
  if (std::ranges::any_of(scene.subjects, ends)) {
    entry(svg::dot({x, y - 4}, 7, "bad"), resets ? "the peer's reset" : "given up, reset", 135);
  }
  if (scene.path_timeout && scene.story != advice::Story::dead) {
    entry(svg::box({x - 6, y - 11}, 14, 13, "memory"), "what the path still remembers", 0);
  }
  return drawn;
}

}  // namespace

std::string picture_of(const Scene& scene) {
  const double height = kTop + kLane * static_cast<double>(scene.subjects.size()) + 34;
  std::string drawn = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" role=\"img\">\n<title>{2}</title>\n",
      kWidth, height, picture_title(scene));
  drawn += svg::sheet(kRules) + svg::box({0.5, 0.5}, kWidth - 1, height - 1, "paper", 12) +
           svg::text({kLeft - 8, 40}, picture_title(scene), "title");
  if (scene.subjects.size() > 1) {
    drawn += svg::text({kRight + 28, 40}, "each line to its own scale", "end");
  }
  double top = kTop;
  for (const Subject& subject : scene.subjects) {
    drawn += Lane{scene, subject, top}.drawn();
    top += kLane;
  }
  return drawn + legend(scene, height - 20) + "</svg>\n";
}

}  // namespace wsalive::cli::explain

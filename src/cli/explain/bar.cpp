#include "cli/explain/render.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/frame/report.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli::explain {
namespace {

using drawing::Tone;
using policy::Happening;
using policy::Millis;

struct Mark {
  std::string_view glyph = "─";
  Tone tone = Tone::faint;
  int rank = 0;  // Of two in one column the higher is shown.
};

Mark mark_of(Happening what) {
  switch (what) {
    case Happening::probe:
      return {"●", Tone::busy, 1};
    case Happening::answer:
      return {"◉", Tone::good, 2};
    case Happening::reset:
      return {"✗", Tone::bad, 4};
    case Happening::peer_reset:
      return {"✗", Tone::bad, 4};
    case Happening::data:
      break;
  }
  return {};
}

/// The instants under the line: as many as fit without touching.
class Labels {
 public:
  explicit Labels(std::size_t width) : line_(width, ' ') {}

  void put(std::size_t column, const std::string& label) {
    const std::size_t from = std::min(column, line_.size() - std::min(line_.size(), label.size()));
    const std::size_t left = from == 0 ? 0 : from - 1;
    const std::size_t right = std::min(line_.size(), from + label.size() + 1);
    if (line_.find_first_not_of(' ', left) < right) return;
    line_.replace(from, label.size(), label);
  }

  [[nodiscard]] std::string text() const {
    return line_.substr(0, line_.find_last_not_of(' ') + 1);
  }

 private:
  std::string line_;
};

Millis end_of_line(const Scene& scene, const Subject& subject) {
  Millis end{subject.timing.idle.count()};
  if (!subject.events.empty()) end = subject.events.back().at;
  if (scene.path_timeout && subject.forecast.forgotten) end = std::max(end, *scene.path_timeout);
  return end;
}

}  // namespace

std::string bar(const Scene& scene, const Subject& subject, const Page& page) {
  constexpr std::size_t kWidest = 72;
  const std::size_t width = std::min(page.width > 8 ? page.width - 8 : std::size_t{20}, kWidest);
  const Millis quiet{subject.timing.idle.count()};
  const Axis axis{subject.endless ? Millis{} : quiet, end_of_line(scene, subject)};
  const auto column = [&](Millis at) {
    return static_cast<std::size_t>(std::lround(axis.at(at) * static_cast<double>(width - 1)));
  };
  std::vector<Mark> marks(width);
  marks.front() = {"├", Tone::plain, 5};
  Labels labels{width + 6};
  labels.put(0, "0s");
  const auto put = [&](Millis at, const Mark& mark) {
    Mark& place = marks[column(at)];
    if (mark.rank >= place.rank) place = mark;
  };
  const auto label = [&](const policy::Span& when) {
    labels.put(column(when.earliest), policy::format_span(when));
  };

  if (subject.forecast.forgotten && scene.story != advice::Story::dead) {
    put(*subject.forecast.forgotten, {"▒", Tone::bad, 3});
  }
  for (const Foretold& event : subject.events) put(event.at, mark_of(event.what));
  if (!subject.events.empty()) label(subject.events.back().span());
  if (!subject.events.empty()) label(subject.events.front().span());
  if (subject.forecast.forgotten && scene.story != advice::Story::dead) {
    label({*subject.forecast.forgotten, *subject.forecast.forgotten});
  }
  if (axis.is_broken()) marks[column(quiet) / 2] = {"╱", Tone::plain, 5};

  std::string line = "  ";
  for (const Mark& mark : marks) line += page.coloured(mark.tone, mark.glyph);
  if (subject.endless) line += page.coloured(Tone::faint, " ···");
  return line + "\n  " + page.coloured(Tone::faint, labels.text()) + '\n';
}

}  // namespace wsalive::cli::explain

#include "cli/path/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/frame/out.hpp"
#include "drawing/coloured_text.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli::path_command {
namespace {

using policy::Millis;

std::string in_seconds(Millis time) { return policy::format_duration(time - time % Millis{1'000}); }

std::string short_time(Millis time) {
  return time < Millis{10'000} ? policy::format_duration(time - time % Millis{100})
                               : in_seconds(time);
}

}  // namespace

std::string progress_line(const path::Moment& moment) {
  const auto bracket = [](const path::PathSearch& search) {
    return fmt::format("kept {} · lost {}",
                       search.kept() == Millis{} ? "-" : short_time(search.kept()),
                       search.lost() ? short_time(*search.lost()) : "-");
  };
  std::string next = "a probe is under way";
  if (moment.next != Millis::max() && moment.next > moment.now) {
    next = fmt::format("next look in {}", in_seconds(moment.next - moment.now + Millis{999}));
  }
  const std::string so_far = in_seconds(moment.now) + " so far";
  if (moment.inward) {
    return fmt::format("from here: {} · from there: {} · {}", bracket(moment.outward),
                       bracket(*moment.inward), so_far);
  }
  return fmt::format("{} · trying {} · {} · {} wait · {}", bracket(moment.outward),
                     short_time(moment.outward.target()), next, moment.outward.waiters().size(),
                     so_far);
}

Progress::Progress() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void Progress::show(const path::Moment& moment) {
  constexpr Millis kOften{200};
  if (!terminal_ || (!moment.news && moment.now - last_ < kOften)) return;
  last_ = moment.now;
  shown_ = true;
  std::string line = progress_line(moment);
  const std::size_t width = drawing::terminal_width() - 1;
  while (line.size() > width) {  // Bytes: never longer than the columns.
    line.pop_back();
    while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xC0U) == 0x80U)
      line.pop_back();
  }
  say_over(line);
}

void Progress::clear() {
  if (!std::exchange(shown_, false)) return;
  say_over({});
}

}  // namespace wsalive::cli::path_command

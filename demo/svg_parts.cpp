#include "svg_parts.hpp"

#include <fmt/format.h>

namespace wsalive::demo::svg {

namespace {

constexpr std::string_view kRules =
    R"(  text { font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: $coloured; }
  .paper { fill: $paper; stroke: $edge; }
  .title { font-size: 17px; font-weight: 600; stroke: $paper; stroke-width: 6; paint-order: stroke; }
  .label { font-size: 13px; fill: $soft; text-anchor: middle; }
  .begin { font-size: 13px; fill: $soft; }
  .bad-label { font-size: 13px; fill: $bad; text-anchor: middle; font-weight: 600; }
  .bell-label { font-size: 13px; fill: $bell; text-anchor: end; font-weight: 600; }
  .rail { stroke: $rail; stroke-width: 3; stroke-linecap: round; }
  .gone { stroke: $rail; stroke-width: 3; stroke-dasharray: 1 8; stroke-linecap: round; }
  .grid { stroke: $edge; stroke-width: 1; }
  .memory { fill: $memory; fill-opacity: .42; }
  .memory-edge { fill: none; stroke: $memory; stroke-width: 1.5; stroke-linejoin: round; }
  .ground { stroke: $memory; stroke-opacity: .5; stroke-width: 1; }
  .bricks { fill: url(#bricks); }
  .mortar { fill: $mortar; }
  .brick { fill: $brick; }
  .talk { stroke: $good; stroke-width: 3; fill: $good; }
  .beat { stroke: $beat; stroke-width: 2; fill: $beat; }
  .beat-lost { stroke: $beat; stroke-width: 2; stroke-dasharray: 4 3; }
  .beat-ring { stroke: $beat; stroke-width: 2; fill: $paper; }
  .measure { stroke: $soft; stroke-width: 1.2; stroke-dasharray: 2 4; stroke-linecap: round; }
  .expected { fill: none; stroke: $soft; stroke-width: 1.5; }
  .lost { stroke: $bad; stroke-width: 3; fill: $bad; }
  .lost-again { stroke: $bad; stroke-width: 2; stroke-opacity: .45; }
  .icon { fill: none; stroke: $coloured; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
  .icon-dot { fill: $coloured; }
  .cut { fill: none; stroke: $bad; stroke-width: 2.4; stroke-linecap: round; }
  .cut-line { stroke: $bad; stroke-width: 2; stroke-dasharray: 3 5; stroke-linecap: round; }
  .good-badge { fill: $good; }
  .bad-badge { fill: $bad; }
  .bell-badge { fill: $bell; }
  .mark { fill: none; stroke: $paper; stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
  .mark-fill { fill: $paper; }
)";

constexpr std::string_view kPatterns = R"(<defs>
  <pattern id="bricks" width="18" height="12" patternUnits="userSpaceOnUse">
    <rect width="18" height="12" class="mortar"/>
    <rect x="0" y="0.7" width="16.5" height="4.6" rx="1" class="brick"/>
    <rect x="-9" y="6.7" width="16.5" height="4.6" rx="1" class="brick"/>
    <rect x="9" y="6.7" width="16.5" height="4.6" rx="1" class="brick"/>
  </pattern>
</defs>
)";

}  // namespace

std::string sheet() { return wsalive::drawing::svg::sheet(kRules) + std::string{kPatterns}; }

std::string arrow(Point from, Point to, std::string_view style) {
  const double back = to.y > from.y ? -7 : 7;
  return line(from, {to.x, to.y + back / 2}, style) +
         path(fmt::format("M{0:.1f} {1:.1f} l-4.5 {2} h9 z", to.x, to.y, back),
              fmt::format("{}\" stroke=\"none\" style=\"stroke:none", style));
}

std::string computer(Point at) {
  return box({at.x - 18, at.y - 15}, 36, 24, "icon", 3) +
         path(fmt::format("M{:.1f} {:.1f} v6 m-9 0 h18", at.x, at.y + 9), "icon");
}

std::string server(Point at) {
  std::string drawn;
  for (const double y : {-15.0, -4.5, 6.0}) {
    drawn += box({at.x - 16, at.y + y}, 32, 9, "icon", 2);
    drawn += dot({at.x - 10, at.y + y + 4.5}, 1.6, "icon-dot");
  }
  return drawn;
}

std::string wall(Point at) {
  return box({at.x - 18, at.y - 15}, 36, 30, "icon", 2) +
         path(fmt::format(
                  "M{0:.1f} {1:.1f} h36 m-36 10 h36 M{2:.1f} {3:.1f} v10 m12 0 v10 m-24 0 v-10 "
                  "m12 10 v10",
                  at.x - 18, at.y - 5, at.x, at.y - 15),
              "icon");
}

std::string scissors(Point at) {
  return dot({at.x - 7, at.y + 11}, 4.5, "cut") + dot({at.x + 7, at.y + 11}, 4.5, "cut") +
         path(fmt::format("M{:.1f} {:.1f} l12 -21 M{:.1f} {:.1f} l-12 -21", at.x - 5, at.y + 7.5,
                          at.x + 5, at.y + 7.5),
              "cut");
}

std::string bell(Point at) {
  return dot(at, 17, "bell-badge") +
         path(fmt::format(
                  "M{:.1f} {:.1f} c-5.5 0 -7 4 -7 8 c0 4 -1.5 5.5 -3 7 h20 c-1.5 -1.5 -3 -3 -3 "
                  "-7 c0 -4 -1.5 -8 -7 -8 z m-2.6 17 a2.8 2.8 0 0 0 5.2 0 z",
                  at.x, at.y - 10),
              "mark-fill");
}

std::string tick(Point at) {
  return dot(at, 12, "good-badge") +
         path(fmt::format("M{:.1f} {:.1f} l4 4.5 l7.5 -9", at.x - 5.5, at.y + 0.5), "mark");
}

std::string cross(Point at, double radius) {
  const double arm = radius * 0.4;
  return dot(at, radius, "bad-badge") +
         path(fmt::format("M{0:.1f} {1:.1f} l{2:.1f} {2:.1f} m0 -{2:.1f} l-{2:.1f} {2:.1f}",
                          at.x - arm, at.y - arm, 2 * arm),
              "mark");
}

}  // namespace wsalive::demo::svg

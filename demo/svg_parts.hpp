// The pieces of the picture: colours for light and dark pages, icons, and elements as text.
#pragma once

#include <string>
#include <string_view>

namespace wsalive::demo::svg {

struct Point {
  double x = 0;
  double y = 0;
};

/// `<style>` and `<defs>`: every colour of the picture, for both kinds of page.
[[nodiscard]] std::string sheet();

// Icons, centred.
[[nodiscard]] std::string computer(Point at);
[[nodiscard]] std::string server(Point at);
[[nodiscard]] std::string wall(Point at);
[[nodiscard]] std::string scissors(Point at);
[[nodiscard]] std::string bell(Point at);
[[nodiscard]] std::string tick(Point at);
[[nodiscard]] std::string cross(Point at, double radius);

// Elements; `style` is a class of the sheet.
[[nodiscard]] std::string line(Point from, Point to, std::string_view style);
[[nodiscard]] std::string dot(Point at, double radius, std::string_view style);
[[nodiscard]] std::string box(Point corner, double width, double height, std::string_view style,
                              double rounding = 0);
[[nodiscard]] std::string path(std::string_view data, std::string_view style);
[[nodiscard]] std::string text(Point at, std::string_view words, std::string_view style);
/// A message that goes down from `from` to `to`: a line with a head.
[[nodiscard]] std::string arrow(Point from, Point to, std::string_view style);

}  // namespace wsalive::demo::svg

// Pictures as text: SVG elements, and one palette whose colours suit light and dark pages.
//
// An element's look is a class of the sheet. Words are escaped.
#pragma once

#include <string>
#include <string_view>

namespace wsalive::drawing::svg {

struct Point {
  double x = 0;
  double y = 0;
};

/// `<style>` of these rules, once for light and once for dark pages: `$ink`, `$good` and the other names of the palette
/// (svg.cpp) become plain colours, because not every SVG viewer supports variables.
[[nodiscard]] std::string sheet(std::string_view rules);

// Elements; `style` is a class of the sheet.
[[nodiscard]] std::string line(Point from, Point to, std::string_view style);
[[nodiscard]] std::string dot(Point at, double radius, std::string_view style);
[[nodiscard]] std::string box(Point corner, double width, double height, std::string_view style,
                              double rounding = 0);
[[nodiscard]] std::string path(std::string_view data, std::string_view style);
[[nodiscard]] std::string text(Point at, std::string_view words, std::string_view style);

}  // namespace wsalive::drawing::svg

// The pieces of the picture: colours for light and dark pages, icons, and elements as text.
#pragma once

#include <string>
#include <string_view>

#include "drawing/svg.hpp"

namespace wsalive::demo::svg {

using namespace wsalive::drawing::svg;  // NOLINT: the plain elements belong to the parts.

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

/// A message that goes down from `from` to `to`: a line with a head.
[[nodiscard]] std::string arrow(Point from, Point to, std::string_view style);

}  // namespace wsalive::demo::svg

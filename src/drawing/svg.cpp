#include "drawing/svg.hpp"

#include <fmt/format.h>

#include <array>

#include "base/utf8.hpp"

namespace wsalive::drawing::svg {
namespace {

/// A colour on a light page and on a dark one.
struct Colour {
  std::string_view name;
  std::string_view light;
  std::string_view dark;
};

// Longer names first, where one begins with another.
constexpr std::array kColours{
    // clang-format off
    Colour{"$paper",  "#ffffff", "#0d1117"},
    Colour{"$edge",   "#e3e7eb", "#262c33"},
    Colour{"$ink",    "#1f2328", "#e6edf3"},
    Colour{"$soft",   "#656d76", "#8d96a0"},
    Colour{"$rail",   "#b9c2cb", "#4a525b"},
    Colour{"$good",   "#2da44e", "#3fb950"},
    Colour{"$beat",   "#0969da", "#58a6ff"},
    Colour{"$memory", "#54aeff", "#1f6feb"},
    Colour{"$brick",  "#e5534b", "#a3282a"},
    Colour{"$mortar", "#ffd8d3", "#4d1a1c"},
    Colour{"$bad",    "#cf222e", "#f85149"},
    Colour{"$bell",   "#bf8700", "#e3b341"},
    // clang-format on
};

std::string coloured(std::string_view rules, std::string_view Colour::*page) {
  std::string text{rules};
  for (const Colour& colour : kColours) {
    for (std::size_t at = 0; (at = text.find(colour.name, at)) != std::string::npos;) {
      text.replace(at, colour.name.size(), colour.*page);
    }
  }
  return text;
}

std::string escaped(std::string_view words) {
  std::string out;
  for (const char c : printable(words)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::string sheet(std::string_view rules) {
  return fmt::format("<style>\n{}  @media (prefers-color-scheme: dark) {{\n{}  }}\n</style>\n",
                     coloured(rules, &Colour::light), coloured(rules, &Colour::dark));
}

std::string line(Point from, Point to, std::string_view style) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", from.x,
      from.y, to.x, to.y, style);
}

std::string dot(Point at, double radius, std::string_view style) {
  return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" class=\"{}\"/>\n", at.x,
                     at.y, radius, style);
}

std::string box(Point corner, double width, double height, std::string_view style,
                double rounding) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{:.1f}\" "
      "class=\"{}\"/>\n",
      corner.x, corner.y, width, height, rounding, style);
}

std::string path(std::string_view data, std::string_view style) {
  return fmt::format("<path d=\"{}\" class=\"{}\"/>\n", data, style);
}

std::string text(Point at, std::string_view words, std::string_view style) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", at.x, at.y, style,
                     escaped(words));
}

}  // namespace wsalive::drawing::svg

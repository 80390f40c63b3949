// The picture of a play: both connections over time, on paper that suits light and dark pages.
#pragma once

#include <string>

#include "chronicle.hpp"

namespace wsalive::demo {

/// An SVG document. The record must be of a play with a firewall that came to its end.
[[nodiscard]] std::string draw(const Record& record);

}  // namespace wsalive::demo

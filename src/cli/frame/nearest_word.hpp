// For a word that nobody knows: the one that was perhaps meant.
#pragma once

#include <string>
#include <vector>

namespace wsalive::cli {

/// ", perhaps 'port'", or empty if no known word is near.
[[nodiscard]] std::string perhaps(const std::string& word, const std::vector<std::string>& known);

}  // namespace wsalive::cli

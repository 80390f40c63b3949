#include "cli/live/state_names.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace wsalive::cli {
namespace {

/// Letters and digits alone, small: what all spellings have in common.
std::string bare(std::string_view text) {
  std::string letters;
  for (const char each : text) {
    const auto letter = static_cast<unsigned char>(each);
    const bool is_between = each == '-' || each == '_' || each == ' ';
    if (!is_between) letters += static_cast<char>(std::tolower(letter));
  }
  return letters;
}

struct OtherWord {
  std::string_view word;
  std::string_view ours;
};
constexpr std::array kOtherWords{
    OtherWord{"estab", "established"}, OtherWord{"listen", "listening"},
    OtherWord{"synrecv", "syn-received"}, OtherWord{"synrcvd", "syn-received"},
    OtherWord{"close", "closed"}};

}  // namespace

std::string_view state_named(std::string_view text) {
  const std::string letters = bare(text);
  if (letters.empty()) return {};
  const auto state =
      std::ranges::find_if(kStates, [&](std::string_view each) { return bare(each) == letters; });
  if (state != kStates.end()) return *state;
  const auto* const other = std::ranges::find(kOtherWords, letters, &OtherWord::word);
  return other == kOtherWords.end() ? std::string_view{} : other->ours;
}

}  // namespace wsalive::cli

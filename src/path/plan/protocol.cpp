#include "path/plan/protocol.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace wsalive::path {
namespace {

constexpr std::string_view kName = "wsalive-path";
constexpr std::string_view kVersion = "1";

enum class Tail : std::uint8_t { none, id, id_and_proof, id_and_time };

struct VerbRow {
  PathVerb verb;
  std::string_view name;
  Tail tail;
};
constexpr std::array kVerbs{
    // clang-format off
    VerbRow{PathVerb::hold,    "hold",    Tail::id_and_proof},
    VerbRow{PathVerb::control, "control", Tail::id_and_proof},
    VerbRow{PathVerb::probe,   "probe",   Tail::id},
    VerbRow{PathVerb::drop,    "drop",    Tail::id},
    VerbRow{PathVerb::ping,    "ping",    Tail::none},
    // clang-format on
};

struct WordRow {
  PathWord word;
  std::string_view name;
  Tail tail;
};
constexpr std::array kReplyWords{
    // clang-format off
    WordRow{PathWord::held,       "held",       Tail::id},
    WordRow{PathWord::ready,      "ready",      Tail::none},
    WordRow{PathWord::answered,   "answered",   Tail::id_and_time},
    WordRow{PathWord::silent,     "silent",     Tail::id_and_time},
    WordRow{PathWord::reset,      "reset",      Tail::id_and_time},
    WordRow{PathWord::gone,       "gone",       Tail::id},
    WordRow{PathWord::dropped,    "dropped",    Tail::id},
    WordRow{PathWord::pong,       "pong",       Tail::none},
    WordRow{PathWord::no_key,     "no-key",     Tail::none},
    WordRow{PathWord::no_room,    "no-room",    Tail::none},
    WordRow{PathWord::no_share,   "no-share",   Tail::none},
    WordRow{PathWord::no_pace,    "no-pace",    Tail::none},
    WordRow{PathWord::no_meaning, "no-meaning", Tail::none},
    // clang-format on
};

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// Splits at single blanks; keeps empty words, which are then refused.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t blank = line.find(' ');
    words.push_back(line.substr(0, blank));
    if (blank == std::string_view::npos) return words;
    line.remove_prefix(blank + 1);
  }
}

std::optional<policy::Millis> read_time(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  constexpr std::int64_t kMost = 1'000'000'000'000;
  return value > kMost ? std::nullopt : std::optional{policy::Millis{value}};
}

/// Whether the words after the first one are well formed.
bool tail_fits(Tail tail, const std::vector<std::string_view>& words) {
  switch (tail) {
    case Tail::none:
      return words.size() == 1;
    case Tail::id:
      return words.size() == 2 && is_hex(words[1], kPathIdSize);
    case Tail::id_and_proof:
      return words.size() == 3 && is_hex(words[1], kPathIdSize) &&
             (words[2] == "-" || is_hex(words[2], kPathProofSize));
    case Tail::id_and_time:
      return words.size() == 3 && is_hex(words[1], kPathIdSize) && read_time(words[2]);
  }
  return false;
}

}  // namespace

std::optional<PathGreeting> read_greeting(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() != 4 || words[0] != kName || words[1] != kVersion) return std::nullopt;
  if (!is_hex(words[2], kPathIdSize) || (words[3] != "key" && words[3] != "open"))
    return std::nullopt;
  return PathGreeting{std::string{words[2]}, words[3] == "key"};
}

std::optional<PathRequest> read_request(std::string_view line) {
  const auto words = words_of(line);
  const auto* const row = std::ranges::find(kVerbs, words[0], &VerbRow::name);
  if (row == kVerbs.end() || !tail_fits(row->tail, words)) return std::nullopt;
  PathRequest request{.verb = row->verb};
  if (words.size() > 1) request.id = words[1];
  if (words.size() > 2) request.proof = words[2];
  return request;
}

std::optional<PathReply> read_reply(std::string_view line) {
  const auto words = words_of(line);
  const auto* const row = std::ranges::find(kReplyWords, words[0], &WordRow::name);
  if (row == kReplyWords.end() || !tail_fits(row->tail, words)) return std::nullopt;
  PathReply reply{.word = row->word};
  if (words.size() > 1) reply.id = words[1];
  if (words.size() > 2) reply.idle = *read_time(words[2]);
  return reply;
}

std::string write_line(const PathGreeting& greeting) {
  return std::string{kName} + ' ' + std::string{kVersion} + ' ' + greeting.nonce +
         (greeting.wants_key ? " key\n" : " open\n");
}

std::string write_line(const PathRequest& request) {
  std::string line{std::ranges::find(kVerbs, request.verb, &VerbRow::verb)->name};
  for (const std::string* const word : {&request.id, &request.proof}) {
    if (!word->empty()) line += ' ' + *word;
  }
  return line + '\n';
}

std::string write_line(const PathReply& reply) {
  const WordRow& row = *std::ranges::find(kReplyWords, reply.word, &WordRow::word);
  std::string line{row.name};
  if (row.tail != Tail::none) line += ' ' + reply.id;
  if (row.tail == Tail::id_and_time) line += ' ' + std::to_string(reply.idle.count());
  return line + '\n';
}

std::string text_to_prove(const PathGreeting& greeting, PathVerb verb) {
  std::string text{kName};
  text += ' ';
  text += kVersion;
  text += ' ' + greeting.nonce + ' ';
  return text += std::ranges::find(kVerbs, verb, &VerbRow::verb)->name;
}

}  // namespace wsalive::path

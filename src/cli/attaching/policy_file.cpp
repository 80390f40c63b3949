// A policy as a TOML file: every key is checked, and a mistake is reported with its line and column.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "cli/attaching/policy_rules.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/parser_texts.hpp"
#include "os/file/file.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli {
namespace {

using attach::Direction;

constexpr std::size_t kMostRules = WSALIVE_MOST_RULES;

/// A mistake and its place.
struct Mistake {
  toml::source_position at;
  std::string text;
};

template <typename T>
using Read = tl::expected<T, Mistake>;

tl::unexpected<Mistake> mistake(const toml::node& node, std::string text) {
  return tl::unexpected(Mistake{node.source().begin, std::move(text)});
}

template <typename Value>
Read<Value> read(const toml::node& node, std::string_view key, std::string_view kind) {
  if (const std::optional<Value> value = node.value_exact<Value>()) return *value;
  return mistake(node, fmt::format("{} must be {}", key, kind));
}

Read<policy::DwordMillis> read_time(const toml::node& node, std::string_view key) {
  const auto text =
      read<std::string>(node, key, "a time in quotes, with its unit, such as \"45s\"");
  if (!text) return tl::unexpected(text.error());
  const auto time = policy::parse_keepalive_time(*text);
  if (!time) return mistake(node, fmt::format("{}: {}", key, time.error()));
  return *time;
}

Read<void> take_time(PolicyRule& rule, const toml::node& node) {
  return read_time(node, "time").map([&](policy::DwordMillis time) {
    rule.wanted.idle = time;
    rule.named.idle = true;
  });
}

Read<void> take_interval(PolicyRule& rule, const toml::node& node) {
  return read_time(node, "interval").map([&](policy::DwordMillis time) {
    rule.wanted.interval = time;
    rule.named.interval = true;
  });
}

Read<void> take_probes(PolicyRule& rule, const toml::node& node) {
  const auto count = read<std::int64_t>(node, "probes", "a count from 1 to 255");
  if (!count) return tl::unexpected(count.error());
  if (*count < 1 || *count > std::int64_t{policy::kLargestCount}) {
    return mistake(node, "probes must be a count from 1 to 255");
  }
  rule.wanted.probes = static_cast<std::uint8_t>(*count);
  rule.named.probes = true;
  return {};
}

Read<void> take_user_timeout(PolicyRule& rule, const toml::node& node) {
  const auto text = read<std::string>(
      node, "user_timeout", "a time in quotes, with its unit, such as \"30s\", or \"off\"");
  if (!text) return tl::unexpected(text.error());
  const auto time = parse_user_timeout(*text);
  if (!time) return mistake(node, fmt::format("user_timeout: {}", time.error()));
  rule.user_timeout = *time;
  return {};
}

/// A key of the values, which the top of a file and each rule may have.
struct TimingKey {
  std::string_view name;
  Read<void> (*take)(PolicyRule&, const toml::node&);
};
constexpr std::array kTimingKeys{TimingKey{"time", take_time}, TimingKey{"interval", take_interval},
                                 TimingKey{"probes", take_probes},
                                 TimingKey{"user_timeout", take_user_timeout}};

const TimingKey* timing_key(std::string_view name) {
  for (const TimingKey& key : kTimingKeys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

tl::unexpected<Mistake> unknown_key(const toml::key& key, const std::vector<std::string>& known) {
  return tl::unexpected(Mistake{
      key.source().begin,
      fmt::format("unknown key '{}'{}", key.str(), perhaps(std::string{key.str()}, known))});
}

/// The rules of one [[rule]]: a host's name may have several addresses.
Read<std::vector<PolicyRule>> read_rule(const toml::table& table, const PolicyRule& otherwise) {
  PolicyRule rule = otherwise;
  const toml::node* far_end = nullptr;
  for (const auto& [key, node] : table) {
    if (const TimingKey* const known = timing_key(key.str())) {
      if (const auto taken = known->take(rule, node); !taken) return tl::unexpected(taken.error());
    } else if (key == "to") {
      far_end = &node;
    } else if (key == "from") {
      const auto text = read<std::string>(node, "from", "a port in quotes, such as \":22\"");
      if (!text) return tl::unexpected(text.error());
      auto with_port = with_near_end(rule, *text);
      if (!with_port) return mistake(node, "from: " + with_port.error().text);
      rule = *with_port;
    } else if (key == "direction") {
      const auto text = read<std::string>(node, "direction", "\"made\", \"accepted\" or \"any\"");
      if (!text) return tl::unexpected(text.error());
      if (*text != "made" && *text != "accepted" && *text != "any") {
        return mistake(node, "direction must be \"made\", \"accepted\" or \"any\"");
      }
      rule.direction = *text == "made"       ? Direction::made
                       : *text == "accepted" ? Direction::taken
                                             : Direction::any;
    } else if (key == "leave_alone") {
      const auto yes = read<bool>(node, "leave_alone", "true or false");
      if (!yes) return tl::unexpected(yes.error());
      rule.leave_alone = *yes;
    } else {
      return unknown_key(key, {"to", "from", "direction", "leave_alone", "time", "interval",
                               "probes", "user_timeout"});
    }
  }
  if (!far_end) return std::vector<PolicyRule>{rule};
  const auto text =
      read<std::string>(*far_end, "to", "an address in quotes, such as \"10.0.0.0/8:5432\"");
  if (!text) return tl::unexpected(text.error());
  auto rules = with_far_end(rule, *text);
  if (!rules) return mistake(*far_end, "to: " + rules.error().text);
  return std::move(*rules);
}

Read<PolicyFile> read_file(const toml::table& top, const PolicyRule& otherwise) {
  PolicyFile file;
  PolicyRule plain = otherwise;
  const toml::node* rules = nullptr;
  for (const auto& [key, node] : top) {
    if (const TimingKey* const known = timing_key(key.str())) {
      if (const auto taken = known->take(plain, node); !taken) return tl::unexpected(taken.error());
    } else if (key == "force") {
      const auto force = read<bool>(node, "force", "true or false");
      if (!force) return tl::unexpected(force.error());
      file.force = *force;
    } else if (key == "rule") {
      rules = &node;
    } else {
      return unknown_key(key, {"time", "interval", "probes", "user_timeout", "force", "rule"});
    }
  }
  if (!rules) {
    file.rules.push_back(plain);
    return file;
  }
  if (!rules->is_array_of_tables()) return mistake(*rules, "rules are written as [[rule]]");
  for (const toml::node& each : *rules->as_array()) {
    const auto made = read_rule(*each.as_table(), plain);
    if (!made) return tl::unexpected(made.error());
    file.rules.insert(file.rules.end(), made->begin(), made->end());
    if (file.rules.size() > kMostRules) {
      return mistake(each, fmt::format("more than {} rules", kMostRules));
    }
  }
  return file;
}

tl::unexpected<Failure> wrong(const std::string& file, std::string reason,
                              std::string remedy = {}) {
  return tl::unexpected(failure_of(Message::bad_policy, "cannot read the policy", file,
                                   {std::move(reason), std::move(remedy)}));
}

std::string placed(const toml::source_position& at, std::string_view text) {
  return fmt::format("line {}, column {}: {}", at.line, at.column, text);
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The start of a text in three quotes that the file does not close: the last of an odd number.
std::optional<toml::source_position> open_text(std::string_view content, std::string_view quotes) {
  std::size_t last = std::string_view::npos;
  bool is_open = false;
  for (std::size_t at = content.find(quotes); at != std::string_view::npos;
       at = content.find(quotes, at + quotes.size())) {
    last = at;
    is_open = !is_open;
  }
  if (!is_open) return std::nullopt;
  const std::string_view before = content.substr(0, last);
  const std::size_t line_end = before.rfind('\n');
  const std::size_t column = line_end == std::string_view::npos ? last + 1 : last - line_end;
  return toml::source_position{
      static_cast<toml::source_index>(std::ranges::count(before, '\n') + 1),
      static_cast<toml::source_index>(column)};
}

/// Whether the line has no character at that column: columns count characters, not bytes.
bool is_line_end(std::string_view content, const toml::source_position& at) {
  for (toml::source_index line = 1; line < at.line; ++line) {
    const std::size_t end = content.find('\n');
    if (end == std::string_view::npos) return true;
    content.remove_prefix(end + 1);
  }
  const std::string_view line = content.substr(0, content.find_first_of("\r\n"));
  const auto begins_character = [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  };
  return std::ranges::count_if(line, begins_character) < std::int64_t{at.column};
}

/// A mistake that the TOML parser found, in words about the file rather than about the parser.
std::string parser_mistake(std::string_view content, const toml::parse_error& error) {
  const toml::source_position at = error.source().begin;
  const std::string_view text = error.description();
  if (!at) return std::string{text};
  const bool cut_off = has(text, "end-of-file");
  if (has(text, "string: ") && (cut_off || has(text, "control characters")) &&
      is_line_end(content, at)) {
    for (const std::string_view quotes : {R"(""")", "'''"}) {
      const auto opening = cut_off ? open_text(content, quotes) : std::nullopt;
      if (opening) return placed(*opening, fmt::format("the text after {} is not closed", quotes));
    }
    return placed(at, "a text in quotes is not closed on its line");
  }
  if (has(text, "integer: ") || has(text, "floating-point: ")) {
    return placed(at, "no number; times and addresses stand in quotes, as in \"45s\"");
  }
  return placed(at, text);
}

}  // namespace

Fallible<PolicyFile> read_policy(const std::string& file, const PolicyRule& otherwise) {
  const Result<std::string> content = os::read_file(file);
  if (!content) {
    const int code = content.error().code;
    return wrong(file, code == EINVAL ? "it is no regular file" : ::strerrordesc_np(code),
                 "name a TOML file that you may read; nothing was attached");
  }
  const toml::parse_result parsed = toml::parse(*content, file);
  if (!parsed) return wrong(file, parser_mistake(*content, parsed.error()));
  Read<PolicyFile> policy = read_file(parsed.table(), otherwise);
  if (!policy) return wrong(file, placed(policy.error().at, policy.error().text));
  for (const PolicyRule& rule : policy->rules) {
    if (rule.leave_alone || rule.wanted.probes != 0) continue;
    return wrong(file, "these settings send no probe at all (a count of 0): give probes");
  }
  return std::move(*policy);
}

}  // namespace wsalive::cli

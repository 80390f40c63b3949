#include "cli/registry/values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <iterator>

#include "cli/frame/messages.hpp"
#include "cli/frame/timing_options.hpp"
#include "policy/duration.hpp"
#include "policy/registry_rules.hpp"

namespace wsalive::cli {
namespace {

using policy::Millis;

constexpr std::array<std::string_view, policy::kRegistryRows.size()> kMeanings{
    "T, before the first probe",
    "I, between probes",
    "N up to ws2003: the larger",
    "N up to ws2003: the larger",
};

std::string text_of_number(ValueKind kind, std::uint32_t number) {
  return kind == ValueKind::time ? policy::format_duration(Millis{number}) : std::to_string(number);
}

const policy::RegistryRow* row_of(const KnownValue& known) {
  const auto* const row =
      std::ranges::find(policy::kRegistryRows, known.name, &policy::RegistryRow::name);
  return row == policy::kRegistryRows.end() ? nullptr : row;
}

std::vector<KnownValue> make_known_values() {
  std::vector<KnownValue> values;
  for (const policy::RegistryRow& row : policy::kRegistryRows) {
    const ValueKind kind = row.time ? ValueKind::time : ValueKind::count;
    values.push_back({row.name, policy::kParametersKey, kind, text_of_number(kind, row.fallback),
                      kMeanings[values.size()]});
  }
  values.push_back({policy::kReleaseValue, policy::kSettingsKey, ValueKind::release,
                    std::string{policy::row(policy::kDefaultRelease).name},
                    "whose rules programs get"});
  values.push_back({policy::kRulesValue, policy::kSettingsKey, ValueKind::rules, "documented",
                    "for option sizes"});
  values.push_back({policy::kPrecisionValue, policy::kSettingsKey, ValueKind::precision, "exact",
                    "or kernel: by it alone"});
  return values;
}

tl::unexpected<Failure> bad_value(const KnownValue& known, const std::string& reason,
                                  const std::string& remedy) {
  return tl::unexpected(
      failure_of(Message::bad_value, "cannot set", std::string{known.name}, {reason, remedy}));
}

Fallible<registry::Value> time_value(const KnownValue& known, const std::string& text) {
  const auto time = policy::parse_keepalive_time(text);
  if (!time) return bad_value(known, time.error(), "nothing was changed");
  return registry::dword_value(time->count());
}

Fallible<registry::Value> count_value(const KnownValue& known, const std::string& text) {
  std::uint32_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || stop != end) {
    return bad_value(known, fmt::format("'{}' is no count from 0 to 4294967295", text),
                     "nothing was changed");
  }
  return registry::dword_value(count);
}

bool is_word(ValueKind kind, const std::string& text) {
  switch (kind) {
    case ValueKind::release:
      return policy::release_named(text).has_value();
    case ValueKind::precision:
      return policy::precision_named(text).has_value();
    default:
      return policy::rules_named(text).has_value();
  }
}

std::string words_of(ValueKind kind) {
  if (kind == ValueKind::release) return release_names();
  return kind == ValueKind::precision ? "exact, kernel" : "documented, observed";
}

Fallible<registry::Value> word_value(const KnownValue& known, const std::string& text) {
  if (is_word(known.kind, text)) return registry::string_value(text);
  return bad_value(known, fmt::format("'{}' is not one of its words", text),
                   "use one of " + words_of(known.kind));
}

/// A count above the most counts as the most (K-53, K-83), and only up to Server 2003 (K-82).
void judge_count(ValueState& state, std::uint32_t stored, policy::Release release) {
  const std::uint32_t counts_as = std::min(stored, policy::kLargestCount);
  state.text = std::to_string(counts_as);
  if (counts_as != stored) state.note = fmt::format("stored {}, counts as {}", stored, counts_as);
  if (policy::row(release).probe_count == policy::ProbeCountRule::registry) return;
  state.note += fmt::format("{}no effect with {}, which sends {} probes whatever is stored",
                            state.note.empty() ? "" : "; ", policy::row(release).name,
                            policy::kProbesSinceVista);
}

/// A stored number's text, or why it does not count (K-84).
void judge_number(ValueState& state, policy::Release release) {
  const policy::RegistryRow* const row = row_of(*state.known);
  const registry::Value& value = state.stored->value;
  const policy::DwordVerdict verdict =
      policy::judge(*row, {.type = value.type, .bytes = value.bytes});
  if (const auto number = registry::as_dword(value)) {
    state.stored_text = text_of_number(state.known->kind, *number);
  }
  if (!verdict.value) {
    state.complaint = policy::text(verdict.complaint);
  } else if (state.known->kind == ValueKind::count) {
    judge_count(state, *verdict.value, release);
  } else {
    state.text = state.stored_text;
  }
}

void judge_word(ValueState& state) {
  const std::optional<std::string> word = registry::as_string(state.stored->value);
  state.stored_text = word.value_or("");
  if (!word) {
    state.complaint = "is not a REG_SZ";
  } else if (value_from_text(*state.known, *word)) {
    state.text = *word;
  } else {
    state.complaint = fmt::format("'{}' is not one of its words", *word);
  }
}

}  // namespace

const std::vector<KnownValue>& known_values() {
  static const std::vector<KnownValue> kValues = make_known_values();
  return kValues;
}

Fallible<const KnownValue*> known_value(const std::string& name) {
  std::vector<std::string_view> names;
  for (const KnownValue& each : known_values()) {
    if (::strncasecmp(each.name.data(), name.c_str(), each.name.size()) == 0 &&
        each.name.size() == name.size()) {
      return &each;
    }
    names.push_back(each.name);
  }
  return tl::unexpected(failure_of(Message::no_value, "cannot tell which value is meant by",
                                   fmt::format("'{}'", name),
                                   {.remedy = fmt::format("{}", fmt::join(names, ", "))}));
}

Fallible<registry::Value> value_from_text(const KnownValue& known, const std::string& text) {
  switch (known.kind) {
    case ValueKind::time:
      return time_value(known, text);
    case ValueKind::count:
      return count_value(known, text);
    case ValueKind::release:
    case ValueKind::rules:
    case ValueKind::precision:
      break;
  }
  return word_value(known, text);
}

ValueState state_with(const KnownValue& known, std::optional<registry::StoredValue> stored,
                      policy::Release release) {
  ValueState state{.known = &known,
                   .stored = std::move(stored),
                   .text = known.fallback,
                   .stored_text = {},
                   .complaint = {},
                   .note = {}};
  if (!state.stored) return state;
  if (known.kind == ValueKind::time || known.kind == ValueKind::count) {
    judge_number(state, release);
  } else {
    judge_word(state);
  }
  return state;
}

ValueState state_of(const KnownValue& known, registry::Registry& registry,
                    policy::Release release) {
  return state_with(known, registry.query(known.key, known.name), release);
}

Failure store_failure(const registry::Problem& problem, std::string attempt) {
  struct Row {
    int error;
    Message message;
    const char* remedy;
  };
  const char* const rights =
      ::geteuid() == 0 ? "this root may not write there: name another file by WSALIVE_REGISTRY"
                       : "the machine's file is root's: run it as root, or without --machine";
  const Row rows[] = {
      {EACCES, Message::file_denied, rights},
      {EPERM, Message::file_denied, rights},
      {EROFS, Message::file_denied,
       "the file system is read-only: use another file by WSALIVE_REGISTRY"},
      {EINVAL, Message::bad_registry, "mend the file; nothing was changed"},
      {ENOENT, Message::not_stored, ""},
  };
  const std::string reason =
      problem.line == 0 ? problem.text : fmt::format("line {}: {}", problem.line, problem.text);
  const auto* const row = std::ranges::find(rows, problem.code, &Row::error);
  if (row == std::end(rows))
    return failure_of(Message::system_refused, std::move(attempt), problem.file, {reason});
  return failure_of(row->message, std::move(attempt), problem.file, {reason, row->remedy});
}

}  // namespace wsalive::cli

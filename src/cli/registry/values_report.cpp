#include "cli/registry/values_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/frame/report.hpp"

namespace wsalive::cli {
namespace {

using drawing::Tone;
using nlohmann::ordered_json;

std::string place_of(const ValueState& state) {
  if (!state.stored || !state.complaint.empty()) return "default";
  return state.stored->origin == registry::Origin::user ? "user" : "machine";
}

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json{} : ordered_json(text);
}

std::string note_of(const ValueState& state) {
  return fmt::format("{}: {}", state.known->name, state.note);
}

std::string problem_of(const registry::Problem& problem) {
  return problem.message() + "; the file counts as empty";
}

ordered_json messages_of(const std::vector<registry::Problem>& problems) {
  ordered_json messages = ordered_json::array();
  for (const registry::Problem& problem : problems) messages.push_back(problem.message());
  return messages;
}

std::string complaint_of(const ValueState& state) {
  return fmt::format("{} {}; it counts as absent", state.known->name, state.complaint);
}

}  // namespace

ordered_json state_json(const ValueState& state) {
  return {{"name", state.known->name},
          {"value", state.text},
          {"from", place_of(state)},
          {"default", state.known->fallback},
          {"stored", text_or_null(state.stored_text)},
          {"complaint", text_or_null(state.complaint)},
          {"note", text_or_null(state.note)}};
}

std::string remarks_on(const std::vector<ValueState>& states) {
  std::string text;
  for (const ValueState& state : states) {
    if (!state.complaint.empty()) text += "warning: " + complaint_of(state) + '\n';
    if (!state.note.empty()) text += "note: " + note_of(state) + '\n';
  }
  return text;
}

bool ValuesReport::complains() const {
  const auto wrong = [](const ValueState& state) { return !state.complaint.empty(); };
  return !problems.empty() || std::ranges::any_of(states, wrong);
}

std::string ValuesReport::text(const Page& page) const {
  Columns table{{{"VALUE"}, {"IN FORCE", Align::right}, {"FROM"}, {"MEANING"}}};
  for (const ValueState& state : states) {
    const bool set = place_of(state) != "default";
    table.add({{std::string{state.known->name}, set ? Tone::strong : Tone::plain},
               {state.text, set ? Tone::strong : Tone::plain},
               {place_of(state)},
               {std::string{state.known->meaning}, Tone::faint}});
  }
  return table.text(page) + files_text(page) + complaints(page);
}

ordered_json ValuesReport::json() const {
  ordered_json values = ordered_json::array();
  for (const ValueState& state : states) values.push_back(state_json(state));
  return {{"values", values},
          {"machine_file", text_or_null(files.machine.value_or(""))},
          {"user_file", text_or_null(files.user.value_or(""))},
          {"problems", messages_of(problems)}};
}

std::string ValuesReport::files_text(const Page& page) const {
  std::string text = "\n";
  const auto add = [&](std::string_view name, const std::optional<std::string>& path) {
    if (path) text += page.coloured(Tone::faint, fmt::format("{:<8} {}", name, *path)) + '\n';
  };
  add("machine", files.machine);
  add("user", files.user);
  return text;
}

std::string ValuesReport::complaints(const Page& page) const {
  std::string text;
  const auto add = [&](Tone tone, const char* kind, const std::string& words) {
    std::string lines = wrapped(kind + words, page.width);
    lines.replace(0, std::string_view{kind}.size(), page.coloured(tone, kind));
    text += '\n' + lines;
  };
  for (const registry::Problem& problem : problems) {
    add(Tone::bad, "warning: ", problem_of(problem));
  }
  for (const ValueState& state : states) {
    if (!state.complaint.empty()) add(Tone::bad, "warning: ", complaint_of(state));
    if (!state.note.empty()) add(Tone::busy, "note: ", note_of(state));
  }
  return text;
}

std::string ValueReport::text(const Page& /*page*/) const { return state_.text + '\n'; }

std::string ValueReport::aside() const {
  std::string text;
  for (const registry::Problem& problem : problems_) {
    text += fmt::format("wsalive: warning: {}\n", problem_of(problem));
  }
  if (!state_.complaint.empty())
    text += fmt::format("wsalive: warning: {}\n", complaint_of(state_));
  if (!state_.note.empty()) text += fmt::format("wsalive: note: {}\n", note_of(state_));
  return text;
}

ordered_json ValueReport::json() const {
  ordered_json json = state_json(state_);
  json["problems"] = messages_of(problems_);
  return json;
}

}  // namespace wsalive::cli

// Both shells get one list: for each command path the words that may follow it, and for each option that
// takes a value what the value is: a file, one of a few words, or anything.

#include "cli/frame/parser_texts.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <string_view>
#include <vector>

namespace wsalive::cli {
namespace {

/// A command ("registry set") with what can follow it.
struct Place {
  std::string path;
  std::vector<const CLI::App*> commands;
  std::vector<const CLI::Option*> options;
  std::vector<const CLI::Option*> arguments;
};

void collect(const CLI::App& parser, const std::string& path, std::vector<Place>& places) {
  Place place{.path = path, .commands = {}, .options = {}, .arguments = {}};
  for (const CLI::App* const each : parser.get_subcommands([](const CLI::App*) { return true; })) {
    place.commands.push_back(each);
  }
  for (const CLI::Option* const each : parser.get_options()) {
    (each->get_positional() ? place.arguments : place.options).push_back(each);
  }
  places.push_back(place);
  for (const CLI::App* const each : place.commands) {
    collect(*each, path.empty() ? each->get_name() : path + ' ' + each->get_name(), places);
  }
}

/// What stands for a value, by the option's type: FILE, or words with bars between them ("a|b").
std::string offered_by(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (type.find('|') == std::string::npos) return type == "FILE" ? "FILE" : "";
  std::string words = type;
  for (char& c : words) c = c == '|' ? ' ' : c;
  return words;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() != 0; }

/// "|releases|registry set|": how both scripts know which words are commands.
std::string paths_of(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) text += place.path.empty() ? "" : '|' + place.path;
  return text + '|';
}

/// How bash offers a value: files, words, or nothing.
std::string bash_reply(const std::string& values) {
  return values == "FILE" ? R"~(COMPREPLY=($(compgen -f -- "$word")))~"
                          : fmt::format(R"~(COMPREPLY=($(compgen -W '{}' -- "$word")))~", values);
}

std::string bash_words(const Place& place) {
  std::string words;
  for (const CLI::App* const each : place.commands) words += each->get_name() + ' ';
  for (const CLI::Option* const each : place.arguments) {
    const std::string values = offered_by(*each);
    words += values == "FILE" ? R"~('"$(compgen -f -- "$word")"' )~" : values + ' ';
  }
  for (const CLI::Option* const each : place.options) words += "--" + each->get_lnames()[0] + ' ';
  return words;
}

std::string bash_script(const std::vector<Place>& places) {
  std::string words;
  std::string values;
  for (const Place& place : places) {
    words += fmt::format("    '{}') words='{}' ;;\n", place.path, bash_words(place));
    for (const CLI::Option* const each : place.options) {
      if (!takes_value(*each)) continue;
      values += fmt::format("    '{} --{}') {}; return ;;\n", place.path, each->get_lnames()[0],
                            bash_reply(offered_by(*each)));
    }
  }
  return fmt::format(R"~(# Completion of wsalive for bash, written by `wsalive completion bash`.
_wsalive() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} last=${{COMP_WORDS[COMP_CWORD-1]}}
  local place= next= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${{COMP_WORDS[i]}} == -- ]]; then
      COMPREPLY=($(compgen -c -f -- "$word"))
      return
    fi
    next=${{place:+$place }}${{COMP_WORDS[i]}}
    case '{0}' in *"|$next|"*) place=$next ;; esac
  done
  case "$place $last" in
{1}    *) ;;
  esac
  case $place in
{2}  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -F _wsalive wsalive
)~",
                     paths_of(places), values, words);
}

/// A text inside zsh's '[...]' or single quotes.
std::string zsh_quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string zsh_option(const CLI::Option& option) {
  std::string rule =
      fmt::format("'--{}[{}]", option.get_lnames().front(), zsh_quoted(option.get_description()));
  if (takes_value(option)) {
    const std::string after = offered_by(option);
    rule += after == "FILE" ? ":file:_files"
            : after.empty() ? fmt::format(":{}:", zsh_quoted(option.get_type_name()))
                            : fmt::format(":value:({})", after);
  }
  return rule + "'";
}

std::string zsh_place(const Place& place) {
  std::string text;
  if (!place.commands.empty()) {
    text += "      commands=(";
    for (const CLI::App* const each : place.commands) {
      text += fmt::format("'{}:{}' ", each->get_name(), zsh_quoted(each->get_description()));
    }
    text += ")\n      _describe command commands\n";
  }
  std::string rules;
  for (const CLI::Option* const each : place.options) rules += ' ' + zsh_option(*each);
  for (const CLI::Option* const each : place.arguments) {
    const std::string values = offered_by(*each);
    rules += fmt::format(" '*:{}:{}'", each->get_name(),
                         values == "FILE" ? "_files" : fmt::format("({})", values));
  }
  return fmt::format("    '{}')\n{}      _arguments -S{}\n      ;;\n", place.path, text, rules);
}

std::string zsh_script(const std::vector<Place>& places) {
  std::string cases;
  for (const Place& place : places) cases += zsh_place(place);
  return fmt::format(R"~(#compdef wsalive
# Completion of wsalive for zsh, written by `wsalive completion zsh`.
_wsalive() {{
  local place= next= i
  local -a commands
  for ((i = 2; i < CURRENT; i++)); do
    if [[ $words[i] == -- ]]; then
      shift $i words
      ((CURRENT -= i))
      _normal
      return
    fi
    next="${{place:+$place }}$words[i]"
    [[ '{0}' == *"|$next|"* ]] && place=$next
  done
  case $place in
{1}  esac
}}
if [[ $funcstack[1] == _wsalive ]]; then _wsalive "$@"; else compdef _wsalive wsalive; fi
)~",
                     paths_of(places), cases);
}

}  // namespace

std::string completion_script(const CLI::App& parser, Shell shell) {
  std::vector<Place> places;
  collect(parser, "", places);
  return shell == Shell::bash ? bash_script(places) : zsh_script(places);
}

}  // namespace wsalive::cli

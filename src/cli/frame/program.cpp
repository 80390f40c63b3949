#include "cli/frame/program.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/out.hpp"
#include "cli/frame/parser_texts.hpp"
#include "drawing/coloured_text.hpp"

namespace wsalive::cli {
namespace {

constexpr std::string_view kOurName = "wsalive: ";

std::string as_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

nlohmann::ordered_json parts_of(const Failure& failure) {
  return {{"schema", kSchema},
          {"error",
           {{"code", failure.stable_code()},
            {"status", static_cast<int>(failure.code)},
            {"attempt", failure.attempt},
            {"subject", failure.subject},
            {"reason", failure.reason},
            {"remedy", failure.remedy}}}};
}

Failure unforeseen(const std::exception& error) {
  return failure_of(Message::unforeseen, "something unforeseen happened", {}, {error.what()});
}

/// "wsalive registry set"
std::string path_of(const CLI::App& parser) {
  const CLI::App* const parent = parser.get_parent();
  return parent ? path_of(*parent) + ' ' + parser.get_name() : parser.get_name();
}

std::string help_of(const CLI::App& parser) {
  const CLI::App* const parent = parser.get_parent();
  return parser.help(parent ? path_of(*parent) : "");
}

/// The parser that the command line has come to.
const CLI::App& deepest(const CLI::App& parser) {
  const auto chosen = parser.get_subcommands();
  return chosen.empty() ? parser : deepest(*chosen.back());
}

/// CLI11 takes a word in brackets for a list and drops empty elements. So such a word gets this prefix until it is an option's
/// value.
constexpr char kGuard = '\x1f';

bool is_to_be_guarded(std::string_view value) {
  return value.starts_with('[') || value.starts_with(kGuard);
}

void unguard_values(CLI::App& parser) {
  const auto unguard = [](std::string& text) {
    if (text.starts_with(kGuard)) text.erase(0, 1);
    return std::string{};
  };
  for (CLI::Option* const each : parser.get_options()) {
    if (each->get_items_expected_max() != 0) each->transform(CLI::Validator{unguard, ""});
  }
  for (CLI::App* const each : parser.get_subcommands([](const CLI::App*) { return true; }))
    unguard_values(*each);
}

/// An empty value would be dropped silently: a choice that is empty because of an unset shell variable would then select
/// everything. The one place for all options of all commands.
void refuse_empty_values(CLI::App& parser) {
  const auto check = [](const std::string& text) {
    return text.empty() ? std::string{"its value is empty"} : std::string{};
  };
  for (CLI::Option* const each : parser.get_options()) {
    const bool takes_value = each->get_items_expected_max() != 0 && !each->get_lnames().empty();
    if (takes_value) each->check(CLI::Validator{check, ""});
  }
  for (CLI::App* const each : parser.get_subcommands([](const CLI::App*) { return true; }))
    refuse_empty_values(*each);
}

/// The words as CLI11 takes them, last first. It would take the next word for the value of "--unit=".
std::vector<std::string> for_parser(std::span<const char* const> words) {
  std::vector<std::string> list;
  bool are_ours = true;  // A program's words come after "--".
  for (const std::string_view word : words) {
    are_ours = are_ours && word != "--";
    const bool is_empty = are_ours && word.starts_with("--") && word.find('=') == word.size() - 1;
    std::string& taken = list.emplace_back(is_empty ? word.substr(0, word.size() - 1) : word);
    if (is_to_be_guarded(word)) taken.insert(0, 1, kGuard);
    if (is_empty) list.emplace_back();
  }
  std::ranges::reverse(list);
  return list;
}

}  // namespace

Program::Program() : parser_("Keep-alive for idle TCP connections, as Windows does it", "wsalive") {
  parser_.set_version_flag("--version", "wsalive " WSALIVE_VERSION, "Say which version this is");
  parser_.require_subcommand(1);
  dress(parser_);
  for (const CommandRow& row : commands()) add(row);
}

void Program::add(const CommandRow& row) {
  CLI::App* const parser = parser_.add_subcommand(std::string{row.name}, std::string{row.summary});
  dress(*parser);
  parser->footer(std::string{row.details});
  std::unique_ptr<Command> command = row.make();
  command->declare(*parser);
  if (row.json == Json::yes) add_json(*parser, json_);
  refuse_empty_values(*parser);
  unguard_values(*parser);
  entries_.push_back({&row, parser, std::move(command)});
}

int Program::run(int argc, const char* const* argv) {
  words_ = std::span{argv, static_cast<std::size_t>(argc)}.subspan(argc == 0 ? 0 : 1);
  try {
    return read_and_run();
  } catch (const std::bad_alloc&) {
    if (const auto status = told_otherwise(kNoMemory)) return *status;
    say_out_of_memory();
    return static_cast<int>(ExitCode::failed);
  } catch (const std::exception& error) {
    return fail(unforeseen(error));
  }
}

int Program::read_and_run() {
  try {
    parser_.parse(for_parser(words_));
  } catch (const CLI::ParseError& error) {
    return refuse(error);
  } catch (const Refusal& refusal) {
    return fail(refusal.failure());
  }
  const Entry* const entry = chosen();
  return entry ? finish(*entry) : static_cast<int>(ExitCode::usage);
}

const Program::Entry* Program::chosen() const {
  const auto named = parser_.get_subcommands();
  if (named.empty()) return nullptr;
  const auto entry = std::ranges::find(entries_, named.front(), &Entry::parser);
  return entry == entries_.end() ? nullptr : &*entry;
}

std::optional<int> Program::told_otherwise(std::string_view line) const {
  const Entry* const entry = chosen();
  const auto answer = entry ? entry->command->on_failure(line, words_) : std::nullopt;
  if (!answer) return std::nullopt;
  // If that cannot be written, only the status reports it.
  static_cast<void>(
      write_report(answer->report->text(Page{.coloured = drawing::ColouredText::of_stdout()})));
  return answer->status;
}

int Program::write_out(const std::string& text, int status) const {
  if (write_report(text)) return status;
  constexpr std::string_view kClosed = "cannot write the report: standard output is closed or full";
  say(std::string{kOurName}.append(kClosed));
  return told_otherwise(kClosed).value_or(static_cast<int>(ExitCode::failed));
}

/// A line on standard error; as JSON its parts on standard output, too.
int Program::fail(const Failure& failure) const {
  const std::string message = failure.message();
  if (const auto status = told_otherwise(std::string_view{message}.substr(kOurName.size())))
    return *status;
  say(message);
  const int status = static_cast<int>(failure.code);
  return wants_json() ? write_out(as_text(parts_of(failure)), status) : status;
}

bool Program::wants_json() const {
  const Entry* const entry = chosen();
  if (json_ || (entry && entry->row->json == Json::no)) return json_;
  for (const std::string_view word : words_) {
    if (word == "--") break;
    if (word == "--json") return true;
  }
  return false;
}

int Program::finish(const Entry& entry) const {
  if (json_) {
    if (const auto taken = entry.command->takes_json(); !taken) return fail(taken.error());
  }
  const Outcome outcome = entry.command->run();
  if (!outcome) return fail(outcome.error());
  if (!outcome->report) return outcome->status;
  if (json_) {
    nlohmann::ordered_json json{{"schema", kSchema}};
    json.update(outcome->report->json());
    return write_out(as_text(json), outcome->status);
  }
  const Page page{.coloured = drawing::ColouredText::of_stdout(),
                  .width = drawing::terminal_width()};
  say_lines(outcome->report->aside());
  return write_out(outcome->report->text(page), outcome->status);
}

int Program::refuse(const CLI::ParseError& error) const {
  const CLI::App& parser = deepest(parser_);
  if (is_answered(error, parser)) {  // --help, --version
    const bool version = dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr;
    return write_out(version ? std::string{error.what()} + '\n' : help_of(parser), 0);
  }
  Failure failure = failure_for(error, parser, path_of(parser));
  std::erase(failure.reason, kGuard);
  const std::string sentence = fmt::format("{}; {}", failure.reason, failure.remedy);
  if (const auto status = told_otherwise(sentence)) return *status;
  say(fmt::format("{}: {}", failure.subject, sentence));
  const int status = static_cast<int>(failure.code);
  return wants_json() ? write_out(as_text(parts_of(failure)), status) : status;
}

namespace {

std::terminate_handler g_usual_end = std::abort;

/// The C++ library calls this if it has no memory even for an exception.
[[noreturn]] void end_without_exception() {
  constexpr std::size_t kAnException = 1024;
  void* const memory = std::current_exception() ? nullptr : std::malloc(kAnException);
  if (!memory && !std::current_exception()) {
    say_out_of_memory();
    std::_Exit(static_cast<int>(ExitCode::failed));
  }
  std::free(memory);
  g_usual_end();
  std::abort();
}

/// Before all constructors of static objects, which allocate.
[[gnu::constructor(101)]] void prepare_for_the_end() {
  g_usual_end = std::set_terminate(end_without_exception);
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  try {
    std::vector<const char*> words(argv, argv + argc);
    // `wsalive help run` is `wsalive run --help`.
    if (argc > 1 && std::string_view{words[1]} == "help") {
      words.erase(words.begin() + 1);
      words.push_back("--help");
    }
    return Program{}.run(static_cast<int>(words.size()), words.data());
  } catch (const std::bad_alloc&) {  // Before the command line is parsed.
    say_out_of_memory();
  } catch (const std::exception& error) {
    say(unforeseen(error).message());
  }
  return static_cast<int>(ExitCode::failed);
}

}  // namespace wsalive::cli

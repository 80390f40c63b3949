#include "cli/frame/program.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/frame/help.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/out.hpp"
#include "cli/frame/suggestion.hpp"
#include "drawing/ink.hpp"

namespace wsalive::cli {
namespace {

int write_out(const std::string& text, int status) {
  if (write_report(text)) return status;
  say("wsalive: cannot write the report: standard output is closed or full");
  return static_cast<int>(ExitCode::failed);
}

int fail(const Failure& failure) {
  say(failure.message());
  return static_cast<int>(failure.code);
}

std::string as_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

/// The same line on standard error, and its parts on standard output.
int fail_in_json(const Failure& failure) {
  const nlohmann::ordered_json json{{"schema", kSchema},
                                    {"error",
                                     {{"code", failure.stable_code()},
                                      {"status", static_cast<int>(failure.code)},
                                      {"attempt", failure.attempt},
                                      {"subject", failure.subject},
                                      {"reason", failure.reason},
                                      {"remedy", failure.remedy}}}};
  return write_out(as_text(json), fail(failure));
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
  entries_.push_back({&row, parser, std::move(command)});
}

int Program::run(int argc, const char* const* argv) {
  try {
    parser_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return refuse(error);
  } catch (const Refusal& refusal) {
    return fail(refusal.failure());
  }
  const auto chosen =
      std::ranges::find_if(entries_, [](const Entry& e) { return e.parser->parsed(); });
  return chosen == entries_.end() ? static_cast<int>(ExitCode::usage) : finish(*chosen);
}

int Program::finish(const Entry& entry) const {
  const Outcome outcome = entry.command->run();
  if (!outcome) return json_ ? fail_in_json(outcome.error()) : fail(outcome.error());
  if (!outcome->report) return outcome->status;
  if (json_) {
    nlohmann::ordered_json json{{"schema", kSchema}};
    json.update(outcome->report->json());
    return write_out(as_text(json), outcome->status);
  }
  const Page page{.ink = drawing::Ink::of_stdout(), .width = drawing::terminal_width()};
  say_lines(outcome->report->aside());
  return write_out(outcome->report->text(page), outcome->status);
}

int Program::refuse(const CLI::ParseError& error) const {
  const CLI::App& parser = deepest(parser_);
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {  // --help, --version
    const bool version = dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr;
    return write_out(version ? std::string{error.what()} + '\n' : help_of(parser), 0);
  }
  const std::string path = path_of(parser);
  say(fmt::format("{}: {}; see `{} --help`", path, sentence_for(error, parser), path));
  return static_cast<int>(ExitCode::usage);
}

int run_program(int argc, const char* const* argv) {
  std::vector<const char*> words(argv, argv + argc);
  // `wsalive help run` is `wsalive run --help`.
  if (argc > 1 && std::string_view{words[1]} == "help") {
    words.erase(words.begin() + 1);
    words.push_back("--help");
  }
  try {
    return Program{}.run(static_cast<int>(words.size()), words.data());
  } catch (const std::bad_alloc&) {
    say_out_of_memory();
    return static_cast<int>(ExitCode::failed);
  } catch (const std::exception& error) {
    return fail(
        failure_of(Message::unforeseen, "something unforeseen happened", {}, {error.what()}));
  }
}

}  // namespace wsalive::cli

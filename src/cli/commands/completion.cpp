// wsalive completion: the completion script of a shell, made from a fresh parser of the whole command.

#include "cli/frame/parser_texts.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands/commands.hpp"
#include "cli/frame/option_types.hpp"
#include "cli/frame/program.hpp"

namespace wsalive::cli {
namespace {

class Script final : public Report {
 public:
  explicit Script(std::string script) : script_(std::move(script)) {}
  [[nodiscard]] std::string text(const Page& /*page*/) const override { return script_; }
  [[nodiscard]] nlohmann::ordered_json json() const override { return script_; }

 private:
  std::string script_;
};

class Completion final : public Command {
 public:
  void declare(CLI::App& parser) override {
    add_word_option(parser, "shell", shell_, {"bash", "zsh"}, "The shell to write it for")
        ->required();
  }

  Outcome run() override {
    const Program program;
    const Shell shell = shell_ == "bash" ? Shell::bash : Shell::zsh;
    return Answer{std::make_unique<Script>(completion_script(program.parser(), shell)), 0};
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> make_completion() { return std::make_unique<Completion>(); }

}  // namespace wsalive::cli

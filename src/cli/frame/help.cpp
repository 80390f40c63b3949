#include "cli/frame/parser_texts.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/frame/failure.hpp"
#include "cli/frame/report.hpp"

namespace wsalive::cli {
namespace {

std::vector<const CLI::App*> all_commands(const CLI::App& parser) {
  return parser.get_subcommands([](const CLI::App* /*each*/) { return true; });
}

constexpr std::size_t kNames = 26;  // Columns for the names of options.
constexpr std::size_t kWidth = 80;

class Layout : public CLI::Formatter {
 public:
  Layout() {
    column_width(kNames);
    label("Positionals", "arguments");
  }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    const bool has_commands = !all_commands(*app).empty();
    std::string usage = "\nusage: " + name + (has_commands ? " COMMAND" : "");
    for (const CLI::Option* const each : app->get_options()) {
      if (each->get_positional()) usage += ' ' + make_option_usage(each);
    }
    return usage + " [OPTIONS]\n";
  }

  std::string make_footer(const CLI::App* app) const override {
    const std::string text = app->get_parent() ? app->get_footer() : exit_list();
    const std::size_t first = text.find_first_not_of('\n');
    return first == std::string::npos ? "" : text.substr(first) + '\n';
  }

  /// Commands in the order of the table, a line each.
  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode /*mode*/) const override {
    std::string text;
    for (const CLI::App* const each : all_commands(*app)) {
      text += fmt::format("  {:<14} {}\n", each->get_name(), each->get_description());
    }
    return text.empty() ? text : "\ncommands:\n" + text;
  }

  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    if (is_positional || group == "Options") {
      return CLI::Formatter::make_group(group == "Options" ? "options" : group, is_positional,
                                        std::move(options));
    }
    // Between groups the formatter leaves a line free itself.
    return CLI::Formatter::make_group(group, is_positional, std::move(options)).substr(1);
  }

  /// The description beside the name, or below it where that is long; no line is over 80 columns.
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    const std::string name =
        "  " + make_option_name(option, is_positional) + make_option_opts(option);
    std::string lines = wrapped(make_option_desc(option), kWidth, kNames);
    if (name.size() + 2 > kNames || lines.empty()) return name + '\n' + lines;
    return lines.replace(0, name.size(), name);
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_items_expected_max() == 0) return "";
    return " " + option->get_type_name();
  }

 private:
  static std::string exit_list() {
    std::string text = "`wsalive COMMAND --help` says more, with an example.\n\nexit status:\n";
    for (const ExitRow& row : kExitCodes) {
      constexpr std::size_t kIndent = 8;
      std::string lines = wrapped(row.meaning, kWidth, kIndent);
      text += lines.replace(0, kIndent, fmt::format("  {:<5} ", static_cast<int>(row.code)));
    }
    text.pop_back();
    return text;
  }
};

}  // namespace

void dress(CLI::App& parser) {
  parser.formatter(std::make_shared<Layout>());
  parser.set_help_flag("-h,--help", "Show this help");
}

void add_json(CLI::App& parser, bool& json) {
  const auto below = parser.get_subcommands([](const CLI::App* /*each*/) { return true; });
  if (below.empty()) {
    parser.add_flag("--json", json, "Report as JSON");
    return;
  }
  for (CLI::App* const each : below) add_json(*each, json);
}

}  // namespace wsalive::cli

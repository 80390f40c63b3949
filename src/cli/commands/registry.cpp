// wsalive registry: the store of registry values, by the names of those that keep-alive reads.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/registry/import_export.hpp"
#include "cli/registry/values.hpp"
#include "cli/registry/values_report.hpp"
#include "os/file/file.hpp"
#include "registry/registry.hpp"
#include "registry/settings.hpp"
#include "registry/store.hpp"

namespace wsalive::cli {
namespace {

using nlohmann::ordered_json;
using registry::Origin;

/// set, unset, import, export: what was done, in a sentence.
class DoneReport final : public Report {
 public:
  DoneReport(std::string sentence, ordered_json fields)
      : sentence_(std::move(sentence)), fields_(std::move(fields)) {}
  [[nodiscard]] std::string text(const Page& /*page*/) const override { return sentence_; }
  [[nodiscard]] ordered_json json() const override { return fields_; }

 private:
  std::string sentence_;
  ordered_json fields_;
};

Outcome done(std::string sentence, ordered_json fields) {
  return Answer{std::make_unique<DoneReport>(std::move(sentence), std::move(fields)), 0};
}

class RegistryCommand final : public Command {
 public:
  void declare(CLI::App& parser) override {
    parser.require_subcommand(1);
    add(parser, "list", "Show all values and where they come from", &RegistryCommand::list, R"(
examples:
  wsalive registry list
  wsalive registry list --json)");
    CLI::App* const get = add(parser, "get", "Show one value", &RegistryCommand::get, R"(
example:
  wsalive registry get KeepAliveTime)");
    CLI::App* const set = add(parser, "set", "Store one value", &RegistryCommand::set, R"(
examples:
  wsalive registry set KeepAliveTime 45s
  wsalive registry set Release winxp --machine)");
    CLI::App* const unset = add(parser, "unset", "Take one value away", &RegistryCommand::unset, R"(
example:
  wsalive registry unset KeepAliveTime)");
    for (CLI::App* const each : {get, set, unset}) declare_name(*each);
    set->add_option("value", text_, "A time with its unit, a count, or a word")->required();
    CLI::App* const import = declare_files(parser);
    for (CLI::App* const each : {set, unset, import}) {
      each->add_flag("--machine", machine_, "Write the machine's file, not the user's");
    }
  }

  Outcome run() override { return (this->*chosen_)(); }

 private:
  using Action = Outcome (RegistryCommand::*)();

  /// \return import's parser.
  CLI::App* declare_files(CLI::App& parser) {
    CLI::App* const import =
        add(parser, "import", "Take the values of a .reg file or a SYSTEM hive over",
            &RegistryCommand::import_file, R"(
examples:
  wsalive registry import tcpip-parameters.reg
  wsalive registry import /mnt/windows/Windows/System32/config/SYSTEM)");
    import->add_option("file", file_, "The file")->required()->type_name("FILE");
    add(parser, "export", "Write the values that are set as a .reg file",
        &RegistryCommand::export_file, R"(
examples:
  wsalive registry export
  wsalive registry export keep-alive.reg)")
        ->add_option("file", file_, "The file; without one, standard output")
        ->type_name("FILE");
    return import;
  }

  CLI::App* add(CLI::App& parser, const std::string& name, const std::string& help, Action action,
                const std::string& examples) {
    CLI::App* const made = parser.add_subcommand(name, help);
    made->footer(examples);  // Not the parent's, which a sub-command has at first.
    made->formatter(parser.get_formatter());
    made->set_help_flag("-h,--help", "Show this help");
    made->callback([this, action] { chosen_ = action; });
    return made;
  }

  void declare_name(CLI::App& parser) {
    std::string names;
    for (const KnownValue& each : known_values()) {
      names += (names.empty() ? "" : "|") + std::string{each.name};
    }
    parser.add_option("name", name_, "The value's name")->required()->type_name(names);
  }

  Outcome show(std::vector<ValueState> states, std::vector<registry::Problem> problems) {
    auto report = std::make_unique<ValuesReport>();
    report->states = std::move(states);
    report->files = files_;
    report->problems = std::move(problems);
    const ExitCode code = report->complains() ? ExitCode::findings : ExitCode::ok;
    return Answer{std::move(report), static_cast<int>(code)};
  }

  Outcome list() {
    registry::Registry registry{files_};
    std::vector<ValueState> states;
    const policy::Release release = registry::load_settings().release;
    for (const KnownValue& each : known_values()) {
      states.push_back(state_of(each, registry, release));
    }
    return show(std::move(states), registry.problems());
  }

  Outcome get() {
    const auto known = known_value(name_);
    if (!known) return tl::unexpected(known.error());
    registry::Registry registry{files_};
    ValueState state = state_of(**known, registry, registry::load_settings().release);
    auto report = std::make_unique<ValueReport>(std::move(state), registry.problems());
    const ExitCode code = report->complains() ? ExitCode::findings : ExitCode::ok;
    return Answer{std::move(report), static_cast<int>(code)};
  }

  Outcome set() {
    const auto known = known_value(name_);
    if (!known) return tl::unexpected(known.error());
    auto value = value_from_text(**known, text_);
    if (!value) return tl::unexpected(value.error());
    const ValueState state = state_with(
        **known, registry::StoredValue{.name = std::string{(*known)->name}, .value = *value}, {});
    return write({{std::string{(*known)->key}, std::string{(*known)->name}, std::move(*value)}},
                 fmt::format("cannot set {}", (*known)->name),
                 fmt::format("{} is {} now", (*known)->name, state.text), 0);
  }

  Outcome unset() {
    const auto known = known_value(name_);
    if (!known) return tl::unexpected(known.error());
    return write({{std::string{(*known)->key}, std::string{(*known)->name}, std::nullopt}},
                 fmt::format("cannot unset {}", (*known)->name),
                 fmt::format("{} is not set now", (*known)->name), 0);
  }

  Outcome import_file() {
    const Fallible<Imported> imported = read_for_import(file_);
    if (!imported) return tl::unexpected(imported.error());
    if (imported->changes.empty()) {
      return tl::unexpected(failure_of(Message::nothing_to_import, "cannot import", file_));
    }
    return write(imported->changes, "cannot import " + file_,
                 fmt::format("{} value{} imported, {} left out", imported->changes.size(),
                             imported->changes.size() == 1 ? "" : "s", imported->left_out),
                 imported->left_out);
  }

  /// All changes at once or none, and a sentence that names the file.
  Outcome write(const std::vector<registry::Change>& changes, const std::string& attempt,
                const std::string& sentence, std::size_t left_out) {
    const auto& path = machine_ ? files_.machine : files_.user;
    if (!path) {
      const Particulars both{"WSALIVE_REGISTRY stands for both files",
                             "leave out --machine, or unset it"};
      return tl::unexpected(
          failure_of(Message::no_store, attempt, {}, machine_ ? both : Particulars{}));
    }
    registry::Registry registry{files_, machine_ ? Origin::machine : Origin::user};
    if (const auto written = registry.apply(changes); !written) {
      const bool names_file = !written.error().file.empty();
      return tl::unexpected(
          store_failure(written.error(), attempt + (names_file ? ", registry file" : "")));
    }
    const std::vector<ValueState> states = states_after(changes, registry);
    ordered_json values = ordered_json::array();
    for (const ValueState& state : states) values.push_back(state_json(state));
    return done(
        fmt::format("{} ({}).\nPrograms that start from now on see it.\n{}", sentence, *path,
                    remarks_on(states)),
        {{"file", *path}, {"changed", changes.size()}, {"left_out", left_out}, {"values", values}});
  }

  /// How the changed values stand now.
  [[nodiscard]] std::vector<ValueState> states_after(const std::vector<registry::Change>& changes,
                                                     registry::Registry& registry) const {
    std::vector<ValueState> states;
    const policy::Release release = registry::load_settings().release;
    for (const registry::Change& change : changes) {
      const auto known = known_value(change.name);
      if (!known) continue;
      ValueState& state = states.emplace_back(state_of(**known, registry, release));
      const bool is_hidden = machine_ && state.stored && state.stored->origin == Origin::user;
      if (!is_hidden) continue;
      state.note += fmt::format("{}for this user the user's own file says {}",
                                state.note.empty() ? "" : "; ", state.stored_text);
    }
    return states;
  }

  Outcome export_file() {
    registry::Registry registry{files_};
    if (const auto problems = registry.problems(); !problems.empty()) {
      return tl::unexpected(store_failure(problems.front(), "cannot export"));
    }
    if (file_.empty()) {
      const std::string text = exported(registry, registry::Encoding::plain);
      return done(text, {{"text", text}});
    }
    const std::string bytes = exported(registry, registry::Encoding::utf16le);
    if (const Status written = os::replace_file(file_, bytes); !written) {
      return tl::unexpected(not_written("cannot write", file_, written.error().code));
    }
    return done(fmt::format("Written to {}.\n", file_), {{"file", file_}});
  }

  registry::StoreFiles files_ = registry::store_files(registry::process_environment());
  std::string name_;
  std::string text_;
  std::string file_;
  bool machine_ = false;
  Action chosen_ = &RegistryCommand::list;
};

}  // namespace

std::unique_ptr<Command> make_registry() { return std::make_unique<RegistryCommand>(); }

}  // namespace wsalive::cli

#include "registry/settings.hpp"

#include <fmt/format.h>

#include <string_view>

#include "policy/registry_rules.hpp"

namespace wsalive::registry {
namespace {

template <typename T>
using Named = std::optional<T> (*)(std::string_view) noexcept;

/// One of the things that are chosen by name.
template <typename T>
struct Choice {
  const char* variable;
  std::string_view stored;
  Choosable what;
  std::string_view noun;
  Named<T> named;
};

constexpr Choice<policy::Release> kRelease{"WSALIVE_RELEASE", policy::kReleaseValue,
                                           Choosable::release, "release", policy::release_named};
constexpr Choice<policy::Rules> kRules{"WSALIVE_RULES", policy::kRulesValue, Choosable::rules,
                                       "rule set", policy::rules_named};

constexpr Choice<policy::Precision> kPrecision{"WSALIVE_PRECISION", policy::kPrecisionValue,
                                               Choosable::precision, "precision",
                                               policy::precision_named};

template <typename T>
struct Chosen {
  T value;
  ChosenBy by;
};

/// Goes through the places, strongest first, and stops at the first that says anything.
template <typename T>
Chosen<T> choose(const Choice<T>& choice, std::optional<T> by_call,
                 const std::optional<std::string>& variable, const Store& store, T fallback,
                 std::vector<ChoiceProblem>& problems) {
  const auto problem = [&](std::string text) -> Chosen<T> {
    problems.push_back({choice.what, std::move(text)});
    return {fallback, ChosenBy::default_};
  };
  if (by_call) return {*by_call, ChosenBy::call};
  if (variable) {
    if (const auto found = choice.named(*variable)) return {*found, ChosenBy::environment};
    return problem(
        fmt::format("{}: \"{}\" is no {} that is known", choice.variable, *variable, choice.noun));
  }
  const StoredValue* const stored = store.find(policy::kSettingsKey, choice.stored);
  if (!stored) return {fallback, ChosenBy::default_};
  const std::optional<std::string> text = as_string(stored->value);
  if (!text) {
    return problem(
        fmt::format(R"({}\{}: the value is not a REG_SZ)", policy::kSettingsKey, choice.stored));
  }
  if (const auto found = choice.named(*text)) return {*found, ChosenBy::store};
  return problem(fmt::format(R"({}\{}: "{}" is no {} that is known)", policy::kSettingsKey,
                             choice.stored, *text, choice.noun));
}

/// The file that the value in force came from.
std::string file_of(const StoreFiles& files, const StoredValue* stored) {
  if (!stored) return {};
  return (stored->origin == Origin::user ? files.user : files.machine).value_or("");
}

void read_registry(const Store& store, const StoreFiles& files, Settings& settings) {
  const policy::RegistryReading reading =
      policy::read_values([&store](std::string_view name) -> std::optional<policy::RawValue> {
        const StoredValue* const found = store.find(policy::kParametersKey, name);
        if (!found) return std::nullopt;
        return policy::RawValue{found->value.type, found->value.bytes};
      });
  settings.registry = reading.values;
  for (std::size_t i = 0; i < policy::kRegistryRows.size(); ++i) {
    if (reading.complaints[i] == policy::Complaint::none) continue;
    const std::string_view name = policy::kRegistryRows[i].name;
    settings.remarks.push_back(fmt::format("{}: {} {}; it counts as absent",
                                           file_of(files, store.find(policy::kParametersKey, name)),
                                           name, policy::text(reading.complaints[i])));
  }
}

}  // namespace

Settings load_settings(const Environment& environment, const StoreFiles& files,
                       const CallChoice& call) {
  const LoadedStore loaded = load_store(files);
  Settings settings;
  for (const Problem& each : loaded.problems) {
    settings.remarks.push_back(each.message() + "; the file counts as empty");
  }
  const auto release = choose(kRelease, call.release, environment.release, loaded.store,
                              policy::kDefaultRelease, settings.problems);
  const auto rules = choose(kRules, call.rules, environment.rules, loaded.store,
                            policy::Rules::documented, settings.problems);
  const auto precision =
      choose(kPrecision, std::optional<policy::Precision>{}, environment.precision, loaded.store,
             policy::Precision::exact, settings.problems);
  settings.precision = precision.value;
  settings.release = release.value;
  settings.release_by = release.by;
  settings.rules = rules.value;
  settings.rules_by = rules.by;
  read_registry(loaded.store, files, settings);
  return settings;
}

Settings load_settings(const CallChoice& call) {
  const Environment environment = process_environment();
  return load_settings(environment, store_files(environment), call);
}

}  // namespace wsalive::registry

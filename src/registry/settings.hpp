// The settings of a process, from its first WSAStartup to its last WSACleanup: release, option-size rules and the registry's
// keep-alive values.
//
// WSAStartup calls load_settings whenever the start-up count leaves 0 and keeps the result (K-87,
// K-122): a later change of a file or of the environment affects later start-ups only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/release.hpp"
#include "policy/timing_in_force.hpp"
#include "registry/store.hpp"

namespace wsalive::registry {

/// What the program itself chose by wsalive_choose(); the call has refused unknown names already.
struct CallChoice {
  std::optional<policy::Release> release;
  std::optional<policy::Rules> rules;
};

/// Which of the four places a choice came from, strongest first.  K-121
enum class ChosenBy : std::uint8_t { call, environment, store, default_ };

/// What is chosen by name.
enum class Choosable : std::uint8_t { release, rules, precision };

/// An unknown name, in a sentence that names the place.
struct ChoiceProblem {
  Choosable what = Choosable::release;
  std::string text;
};

struct Settings {
  policy::Release release = policy::kDefaultRelease;
  policy::Rules rules = policy::Rules::documented;
  policy::Precision precision = policy::Precision::exact;
  ChosenBy release_by = ChosenBy::default_;
  ChosenBy rules_by = ChosenBy::default_;
  policy::RegistryValues registry;

  /// Unknown releases, rules and precisions. WSAStartup answers WSASYSNOTREADY if there is any (K-122); the affected choice
  /// is then the default.
  std::vector<ChoiceProblem> problems;

  /// What counts as absent, in which file, and why: broken files, values out of range or of a wrong
  /// type (K-84, K-85). Not a reason to fail.
  std::vector<std::string> remarks;
};

/// Settings of a process with this environment and these files. Call > environment > store >
/// default; a stronger choice hides a weaker one and whatever is wrong with it.  K-121
[[nodiscard]] Settings load_settings(const Environment& environment, const StoreFiles& files,
                                     const CallChoice& call = {});

/// Settings of this process.
[[nodiscard]] Settings load_settings(const CallChoice& call = {});

}  // namespace wsalive::registry

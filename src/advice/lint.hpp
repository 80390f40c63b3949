// Likely mistakes in keep-alive settings, as a table of rules: each looks at what is in force and where it
// came from, and speaks in the sentences that its maker needs.
//
// Pure layer. `wsalive lint` shows the findings; it never changes anything.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/kernel_timer.hpp"
#include "policy/release.hpp"
#include "policy/timeline.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::advice {

enum class Severity : std::uint8_t {
  warning,  ///< Probably a mistake.
  note,     ///< Right as it is, but worth knowing.
};

struct Finding {
  std::string_view rule{};  ///< Its name: stable, in words with hyphens.
  Severity severity = Severity::warning;
  std::string text{};    ///< What is wrong, with the numbers.
  std::string remedy{};  ///< What to do; may be empty.
  std::string source{};  ///< Who says so; may be empty.
  std::string
      set{};  ///< Of an open socket: what `wsalive set` does about it, "--time 45s"; may be empty.
};

/// What is looked at.
struct LintSubject {
  policy::Release release = policy::kDefaultRelease;
  policy::RegistryValues registry;
  policy::SocketValues socket;
  policy::SourcedTiming in_force;
  std::optional<policy::Millis> path_timeout;  ///< Of the path in question, where it is known.
  policy::Accuracy
      accuracy{};  ///< What keeps the connections: the kernel alone, if it is not known.
  policy::Millis
      user_timeout{};  ///< TCP_USER_TIMEOUT; 0: none. The rule about it is a socket's (socket_lint.hpp).
  policy::Millis behind{};  ///< So much later than T the timer of an open socket stands.
};

struct LintRule {
  std::string_view name;
  std::string_view looks_for;  ///< One line for the list of rules.
  void (*check)(const LintSubject& subject, std::vector<Finding>& findings);
};

/// All rules, warnings first.
[[nodiscard]] std::span<const LintRule> lint_rules() noexcept;

/// All findings, in the order of the rules.
[[nodiscard]] std::vector<Finding> lint(const LintSubject& subject);

}  // namespace wsalive::advice

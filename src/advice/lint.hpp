// Likely mistakes in keep-alive settings and on open sockets, as two tables of rules. A rule looks at the values in force and
// their sources, and words its finding for the person who set them.
//
// Pure layer. `wsalive lint` shows the findings; it never changes anything.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "advice/notice.hpp"
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
  std::string source{};  ///< The evidence; may be empty.
  std::string
      set{};  ///< For an open socket: options of `wsalive set` that mend it, "--time 45s"; may be empty.
};

/// The input of the rules about settings.
struct LintSubject {
  policy::Release release = policy::kDefaultRelease;
  policy::RegistryValues registry;
  policy::SocketValues socket;
  policy::SourcedTiming in_force;
  std::optional<policy::Millis> path_timeout;  ///< Of the path, if known.
  policy::Accuracy accuracy{};  ///< Of what keeps the connections; if unknown: the kernel alone.
  policy::Millis
      user_timeout{};  ///< TCP_USER_TIMEOUT; 0: none. The rule about it is one of the SocketRules.
  policy::Millis behind{};  ///< How much later than T the timer of an open socket is set.
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

// Rules of `wsalive lint PID` about one open socket of Linux, beyond its settings.

/// Their input.
struct LiveSocket {
  SocketState state;               ///< What is in force.
  policy::Millis heard{};          ///< Silence so far.
  bool listens = false;            ///< A listener, from which accepted connections inherit.
  bool values_set = false;         ///< T, I or N differs from the namespace's default.
  bool listener_has_more = false;  ///< Its listener has keep-alive on now, and it has not.
  bool on_this_machine = false;    ///< Both ends are on this machine: no path forgets it.
  bool in_repair = false;          ///< TCP_REPAIR.
  std::uint32_t unread =
      0;  ///< Octets received and not yet read by the program; the peer's FIN counts as one.
  std::optional<policy::Millis> path_timeout;
};

struct SocketRule {
  std::string_view name;
  std::string_view looks_for;
  void (*check)(const LiveSocket& socket, std::vector<Finding>& findings);
};

[[nodiscard]] std::span<const SocketRule> socket_rules() noexcept;

/// All findings, in the order of the rules.
[[nodiscard]] std::vector<Finding> lint(const LiveSocket& socket);

}  // namespace wsalive::advice

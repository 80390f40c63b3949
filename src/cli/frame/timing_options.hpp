// The options for T, I and N of every command: directly, by a release of Windows, or by a registry file. Omitted values come
// from this user's and machine's own settings (K-55, K-121).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "cli/frame/command.hpp"
#include "policy/kernel_timer.hpp"
#include "policy/release.hpp"
#include "policy/timing_in_force.hpp"
#include "registry/settings.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace wsalive::cli {

/// Which values the user has named, one by one or all three by a release. The others are defaults, and on a socket with
/// values they stay as they are.
struct Named {
  bool idle = true;
  bool interval = true;
  bool probes = true;
};

/// "30s", or "off", which is 0: how long data may wait for its acknowledgement (TCP_USER_TIMEOUT), 2^31-1 ms at most.
/// Errors are sentences without a full stop.
[[nodiscard]] tl::expected<policy::Millis, std::string> parse_user_timeout(std::string_view text);

/// The resolved options.
struct ChosenTiming {
  registry::Settings settings;   ///< Release, rules and registry in force, with remarks.
  policy::SocketValues asked;    ///< From the command line itself.
  policy::SourcedTiming timing;  ///< T, I and N in force, and where each came from.
  Named named{};                 ///< By these options.
  bool anything_asked = false;   ///< Whether any of the options for T, I and N was given.
  bool is_idle_default = false;  ///< The user has named neither T nor a release or file with it.
  std::optional<policy::Millis> path_timeout{};  ///< --path-timeout.
  std::optional<policy::Millis> user_timeout{};  ///< --user-timeout; 0: off.

  /// For the kernel.
  [[nodiscard]] std::optional<std::uint32_t> user_timeout_ms() const;
};

/// What may keep the settings that --path-timeout chooses; the kernel takes precedence.
struct Keeper {
  bool kernel = true;               ///< Alone, as in other people's programs.
  bool preload = false;             ///< Our library, in the program.
  policy::Millis preload_least{1};  ///< The shortest T that it can keep there.
};

class TimingOptions {
 public:
  /// Adds --time, --interval, --probes, --release and --registry.
  void declare(CLI::App& parser);
  /// Adds --user-timeout.
  void declare_user_timeout(CLI::App& parser);
  /// All of these, and --path-timeout, which chooses the values that the others leave open: for commands that set keep-alive.
  void declare_with_path(CLI::App& parser);

  /// Failures: a registry file that is missing or broken, an unknown release in the environment or in
  /// the store; a path that no settings keep. Ignored values of the store are no failure: see say_remarks.
  [[nodiscard]] Fallible<ChosenTiming> resolve(const Keeper& keeper = {}) const;

 private:
  /// Chooses the open values by --path-timeout.
  [[nodiscard]] Fallible<void> choose_for_path(const Keeper& keeper, ChosenTiming& chosen) const;

  std::optional<policy::DwordMillis> time_;
  std::optional<policy::DwordMillis> interval_;
  std::optional<std::uint8_t> probes_;
  std::optional<policy::Release> release_;
  std::string registry_;
  std::optional<policy::Millis> path_timeout_;
  std::optional<policy::Millis> user_timeout_;
};

/// For commands that set keep-alive: a count of 0 (K-53) would send nothing.
[[nodiscard]] Failure no_probes(std::string attempt, std::string subject = {},
                                std::string remedy = "give --probes");

/// Reports ignored values of the registry files, a line each on standard error; for commands that do not show them themselves
/// (K-84, K-85).
void say_remarks(const ChosenTiming& chosen);

/// The effect of the settings on the path of --path-timeout, in a sentence; empty without that option.
/// \param kept  The settings as the kernel, or the engine, keeps them.
[[nodiscard]] std::string path_note(const ChosenTiming& chosen, const policy::Timing& kept,
                                    const policy::Accuracy& accuracy);

/// A warning if T is a default that the user has not named: most paths forget earlier. Else empty.
[[nodiscard]] std::string default_note(const ChosenTiming& chosen);

/// "win11", "ws2008" and so on, as a sentence lists them.
[[nodiscard]] std::string release_names();

/// The source of a value, in a few words: "asked for", "registry", "Windows 11".
[[nodiscard]] std::string source_name(policy::Source source, policy::Release release);

}  // namespace wsalive::cli

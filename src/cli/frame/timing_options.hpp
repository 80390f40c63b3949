// The options by which every command is told T, I and N: directly, by a release of Windows, or by a
// registry file. What is left out comes from this user's and machine's own settings (K-55, K-121).
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

/// Which values somebody has named, by themselves or all three by a release. The others come from defaults, and on a
/// socket that has values they are left as they are.
struct Named {
  bool idle = true;
  bool interval = true;
  bool probes = true;
};

/// "30s", or "off", which is 0: how long data may wait for its acknowledgement (TCP_USER_TIMEOUT), 2^31-1 ms at most.
/// Errors are sentences without a full stop.
[[nodiscard]] tl::expected<policy::Millis, std::string> parse_user_timeout(std::string_view text);

/// What was asked for, worked out.
struct ChosenTiming {
  registry::Settings settings;   ///< Release, rules and registry in force, with remarks.
  policy::SocketValues asked;    ///< What the command line says itself.
  policy::SourcedTiming timing;  ///< T, I and N in force, and where each came from.
  Named named{};                 ///< By these options.
  bool anything_asked = false;   ///< Whether any of the options for T, I and N was given.
  bool is_idle_default =
      false;  ///< Nobody has named T, nor the release or the file that it is from.
  std::optional<policy::Millis> path_timeout{};  ///< --path-timeout.
  std::optional<policy::Millis> user_timeout{};  ///< --user-timeout; 0: off.

  /// As the kernel is told.
  [[nodiscard]] std::optional<std::uint32_t> user_timeout_ms() const;
};

/// What may keep the settings that --path-timeout chooses; the kernel comes first where both may.
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
  /// All of these, and --path-timeout, which chooses what the others leave open: for commands that set keep-alive.
  void declare_with_path(CLI::App& parser);

  /// Failures: a registry file that is missing or broken, an unknown release in the environment or in
  /// the store; a path that nothing keeps. What does not count in the store is no failure: see say_remarks.
  [[nodiscard]] Fallible<ChosenTiming> resolve(const Keeper& keeper = {}) const;

 private:
  /// What --path-timeout makes of what is left open.
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

/// What does not count in the registry files that were read, a line each on standard error; for commands
/// that do not show it themselves (K-84, K-85).
void say_remarks(const ChosenTiming& chosen);

/// What the settings make of the path that --path-timeout names, in a sentence; empty without one.
/// \param kept  What the kernel, or the engine, keeps of the settings.
[[nodiscard]] std::string path_note(const ChosenTiming& chosen, const policy::Timing& kept,
                                    const policy::Accuracy& accuracy);

/// What is to be known where T is a default that nobody has named: most paths forget earlier. Empty otherwise.
[[nodiscard]] std::string default_note(const ChosenTiming& chosen);

/// "win11", "ws2008" and so on, as a sentence lists them.
[[nodiscard]] std::string release_names();

/// Where a value came from, in a few words: "asked for", "registry", "Windows 11".
[[nodiscard]] std::string source_name(policy::Source source, policy::Release release);

}  // namespace wsalive::cli

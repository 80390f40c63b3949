// The content of `wsalive explain`: for each stack its timing, the future of the connection, and the events up to its end. Text,
// JSON and picture are renderings of one Scene.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "advice/forecast.hpp"
#include "advice/notice.hpp"
#include "cli/frame/command.hpp"
#include "cli/frame/timing_options.hpp"
#include "cli/live/connections.hpp"
#include "policy/driver_choice.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::cli::explain {

/// The source of a value.
struct Part {
  std::string source;
  bool asked = false;  ///< On the command line.
};

/// An event of a silence, with both ends of when it happens.
struct Foretold {
  policy::Millis at{};
  policy::Happening what = policy::Happening::probe;
  policy::Millis latest{};

  [[nodiscard]] policy::Span span() const noexcept { return {at, latest}; }
};

/// One stack: a release of Windows, or this machine's kernel.
struct Subject {
  std::string name;   ///< "winxp", "linux"
  std::string title;  ///< "Windows XP"
  advice::Stack stack = advice::Stack::windows;
  bool is_stack_known = true;  ///< Whether it is known which stack's errors the program gets.
  policy::Timing timing;       ///< As it is kept.
  policy::Timing wanted;       ///< As it was asked for.
  Part time, interval, probes;
  std::vector<std::string> remarks;
  advice::Forecast forecast;
  std::vector<Foretold> events;  ///< The first ones; others follow if `endless`.
  std::uint32_t left_out = 0;    ///< Probes that `events` omits before the last two.
  bool endless = false;          ///< The events repeat for ever: the connection lives.
  policy::Accuracy accuracy{};   ///< Of what keeps it on this host.
  policy::Millis behind{};       ///< How much later than its values the kernel's timer is set.
};

/// The error that its program gets at the end; nullptr: none.
[[nodiscard]] inline const advice::EndRow* end_of(const Subject& subject) {
  return advice::end_of(subject.forecast.fate, subject.stack);
}

/// How this machine would keep the first subject's timing.
struct HostPart {
  policy::DriverChoice plain;     ///< Without rights, in a program on our library.
  policy::DriverChoice entitled;  ///< With CAP_NET_ADMIN.
  policy::KernelFit kernel;       ///< In other programs, which the kernel alone keeps.
  advice::Noticed noticed;        ///< For a silent peer, in those programs.
  policy::Precision precision =
      policy::Precision::exact;  ///< Of our library, also where `run` preloads it.
  advice::Noticed preloaded;     ///< For a silent peer, in a program that `run` preloads.
  policy::Span data;             ///< From sending data to giving it up without an acknowledgement.
  std::uint32_t retries2 = 15;   ///< tcp_retries2
};

/// A socket that is open now, at the moment of the look.
struct Live {
  std::string name;    ///< "psql 4711:5"
  std::string ends;    ///< "10.0.0.1:40312 to 10.0.0.5:5432"
  std::string state;   ///< "established"
  std::string driver;  ///< What keeps it alive, in words.
  bool on = false;
  bool listens = false;
  bool driven = false;      ///< By our engine.
  std::uint8_t probes = 0;  ///< N as it is set.
  advice::Condition condition = advice::Condition::idle;
  std::optional<advice::Resending> resending{};
  std::uint32_t retries2 = 15;
  bool is_mptcp = false;
  bool is_in_repair = false;
  bool is_on_this_machine = false;
  std::optional<policy::Millis> heard{};
  std::optional<policy::Span> next;
  std::uint32_t unanswered = 0;
  std::uint32_t unacknowledged =
      0;                     ///< Octets in the send queue: sent or not; a SYN or FIN counts as one.
  std::uint32_t unread = 0;  ///< Octets that the program has not read.
  policy::Millis user_timeout{};
  advice::Noticed noticed;
  policy::Millis behind{};  ///< How much later than T the kernel's timer is set.
  std::string target;       ///< "4711:5"

  /// Whether nothing waits for an answer, so that keep-alive decides if it is on.
  [[nodiscard]] bool waits_for_silence() const noexcept {
    return advice::row(condition).decides == advice::Decides::keep_alive;
  }
};

struct Scene {
  advice::Story story = advice::Story::dead;
  bool nat = false;  ///< The story is that of a path that forgets.
  std::optional<policy::Millis> path_timeout;
  bool path_is_assumed = false;   ///< The user has not given the path's time-out.
  policy::Millis user_timeout{};  ///< 0: none.
  std::vector<Subject> subjects;  ///< At least one.
  HostPart host;
  std::optional<Live> live;  ///< The one subject is a live socket.
};

/// The request of the command line.
struct Wish {
  std::string peer = "dead";  ///< "dead", "answers", "resets", "nat"
  std::optional<policy::Millis> path_timeout;
  std::vector<std::string> compare;  ///< Names of releases, and "linux".
};

/// Computes each subject's forecast and events.
void play_out(Scene& scene);

[[nodiscard]] Fallible<Scene> make_scene(const ChosenTiming& chosen, const Wish& wish);

// A live socket as a scene: its values in force, and its future if its peer fell silent now.

/// \param only  The one socket, with the defaults of its network.
[[nodiscard]] Scene live_scene(const Connections& only, const Wish& wish);

/// The current state, in sentences; one a line.
[[nodiscard]] std::vector<std::string> live_words(const Live& live, const policy::Timing& timing);

}  // namespace wsalive::cli::explain

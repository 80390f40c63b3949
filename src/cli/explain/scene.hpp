// What `wsalive explain` shows, worked out: for each stack its timing, what becomes of the connection, and
// the events up to there. Text, JSON and picture are three ways to write one Scene.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "advice/forecast.hpp"
#include "advice/notice.hpp"
#include "cli/frame/command.hpp"
#include "cli/frame/timing_options.hpp"
#include "policy/driver_choice.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::cli::explain {

/// A number with where it came from.
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
  bool is_stack_known = true;  ///< Whose errors the program gets.
  policy::Timing timing;       ///< As it is kept.
  policy::Timing wanted;       ///< As it was asked for.
  Part time, interval, probes;
  std::vector<std::string> remarks;
  advice::Forecast forecast;
  std::vector<Foretold> events;  ///< The first ones; `endless` tells whether others follow.
  std::uint32_t left_out =
      0;                 ///< Of very many probes: those before the last two are not in `events`.
  bool endless = false;  ///< The same goes on for ever: the connection lives.
  policy::Accuracy accuracy{};  ///< What keeps it on this host.
  policy::Millis behind{};      ///< So much later than its values say the kernel's timer stands.
};

/// What its program is told at the end; nullptr: nothing.
[[nodiscard]] inline const advice::EndRow* end_of(const Subject& subject) {
  return advice::end_of(subject.forecast.fate, subject.stack);
}

/// How this machine would keep the first subject's timing.
struct HostPart {
  policy::DriverChoice plain;     ///< Without rights, in a program on our library.
  policy::DriverChoice entitled;  ///< With CAP_NET_ADMIN.
  policy::KernelFit kernel;       ///< In other people's programs that the kernel alone keeps.
  advice::Noticed noticed;        ///< There: a peer that falls silent.
  policy::Precision precision =
      policy::Precision::exact;  ///< Of our library, also where `run` preloads it.
  advice::Noticed preloaded;     ///< A peer that falls silent, in a program that `run` preloads.
  policy::Span data;  ///< When data that nobody acknowledges is given up, since it was sent.
  std::uint32_t retries2 = 15;  ///< tcp_retries2
};

/// A socket that is open now, at the moment of the look.
struct Live {
  std::string name;    ///< "psql 4711:5"
  std::string ends;    ///< "10.0.0.1:40312 to 10.0.0.5:5432"
  std::string state;   ///< "established"
  std::string driver;  ///< Who keeps it alive, in words.
  bool on = false;
  bool listens = false;
  bool driven = false;      ///< By an engine of ours.
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
      0;  ///< Octets in the send queue: sent or not; a request or an end counts as one.
  std::uint32_t unread = 0;  ///< Octets that the program has not read.
  policy::Millis user_timeout{};
  advice::Noticed noticed;
  policy::Millis behind{};  ///< So much later than T the kernel's timer stands.
  std::string target;       ///< "4711:5"

  /// Nothing waits for an answer, so that keep-alive decides, if it is on.
  [[nodiscard]] bool waits_for_silence() const noexcept {
    return advice::row(condition).decides == advice::Decides::keep_alive;
  }
};

struct Scene {
  advice::Story story = advice::Story::dead;
  bool nat = false;  ///< The story is that of a path that forgets.
  std::optional<policy::Millis> path_timeout;
  bool path_is_assumed = false;   ///< Nobody has said how long the path remembers.
  policy::Millis user_timeout{};  ///< 0: none.
  std::vector<Subject> subjects;  ///< At least one.
  HostPart host;
  std::optional<Live> live;  ///< The one subject is a live socket.
};

/// What was asked of the command.
struct Wish {
  std::string peer = "dead";  ///< "dead", "answers", "resets", "nat"
  std::optional<policy::Millis> path_timeout;
  std::vector<std::string> compare;  ///< Names of releases, and "linux".
};

/// Works out what becomes of each subject, and its events.
void play_out(Scene& scene);

[[nodiscard]] Fallible<Scene> make_scene(const ChosenTiming& chosen, const Wish& wish);

}  // namespace wsalive::cli::explain

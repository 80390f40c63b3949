// The future of an idle connection: whether it lives, when its program gets an error, and which.
//
// Pure layer. The instants come from Schedule and Timeline (timeline.hpp); this file adds the path between the two ends and
// the error names of Windows and Linux. `wsalive explain` shows it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "advice/notice.hpp"
#include "advice/path_timeouts.hpp"
#include "policy/timeline.hpp"

namespace wsalive::advice {

/// The other end of a connection that falls silent at 0.
enum class Story : std::uint8_t {
  dead,     ///< Nothing answers any more.
  answers,  ///< The peer lives and answers every probe that reaches it.
  resets,   ///< The peer has restarted: it answers the first probe with a reset.  K-92
};

enum class Fate : std::uint8_t {
  lives,          ///< Probes are answered, and the path is kept open.
  found_dead,     ///< N probes unanswered, or the user time-out over: given up.  K-52
  reset_by_peer,  ///< A probe was answered with a reset.  K-92
  unnoticed,      ///< No probe ever goes out, N = 0: the program never gets an error.  K-53
};

struct Forecast {
  Fate fate = Fate::lives;
  std::optional<policy::Span> first_probe;  ///< nullopt: none ever.
  std::optional<policy::Millis> forgotten;  ///< When the path forgets the connection, if it does.
  std::optional<policy::Span> noticed;      ///< When the program gets an error; nullopt: never.
  policy::Peer peer;                        ///< The peer of the timeline.
  Notice by = Notice::never;                ///< What ends it where it is found dead.
  std::uint32_t probes = 0;                 ///< Unanswered by then.
};

/// \param path  How long the path remembers an idle connection; nullopt: for ever. A path drops segments of a forgotten
///              connection silently. If the first probe may come too late, the forecast assumes that it does.
/// \param behind  How much later than T the timer of the first probe is set.
/// \param user_timeout  0: none.
constexpr Forecast forecast(const policy::Timing& timing, Story story,
                            std::optional<policy::Millis> path, const policy::Accuracy& accuracy,
                            policy::Millis behind = {}, policy::Millis user_timeout = {}) noexcept {
  Forecast result;
  if (timing.probes != 0) result.first_probe = policy::probe_span(timing, 1, accuracy, behind);
  // Forgetting differs from dying only where there was a peer to be reached.
  const bool forgets = path && !(result.first_probe && result.first_probe->latest < *path);
  if (forgets) result.forgotten = *path;
  if (timing.probes == 0) {
    // A peer that lives behind a path that remembers is no loss.
    const bool alive = story == Story::answers && !forgets;
    result.fate = alive ? Fate::lives : Fate::unnoticed;
    return result;
  }
  if (story == Story::answers && !forgets) {
    result.peer = policy::kAnsweringPeer;
    return result;
  }
  if (story == Story::resets && !forgets) {
    result.fate = Fate::reset_by_peer;
    result.peer = policy::kResettingPeer;
    result.noticed = result.first_probe;
    return result;
  }
  result.fate = Fate::found_dead;
  result.peer = policy::kDeadPeer;
  const Noticed noticed = when_noticed(
      {.on = true, .timing = timing, .user_timeout = user_timeout, .accuracy = accuracy});
  result.by = noticed.by;
  result.probes = policy::probes_to_the_end(timing, user_timeout, accuracy);
  result.noticed = policy::give_up_span(timing, accuracy, user_timeout, behind);
  return result;
}

/// The TCP stack whose errors a program sees.
enum class Stack : std::uint8_t {
  windows,
  linux_kernel,
  linux_repair,  ///< Linux with the engine's own probes: the engine ends the connection by SOCK_DESTROY.
};

/// The error that a program gets at a connection's end.
struct EndRow {
  Fate fate;
  Stack stack;
  std::string_view name;
  int code;
  std::string_view later;  ///< Results of later calls.
};

inline constexpr std::array kEnds{
    // clang-format off
    EndRow{Fate::found_dead,    Stack::windows,      "WSAENETRESET",  10052, "WSAECONNRESET (10054)"},  // K-90
    EndRow{Fate::found_dead,    Stack::linux_kernel, "ETIMEDOUT",     110,   "0 bytes from recv, EPIPE from send"},
    EndRow{Fate::found_dead,    Stack::linux_repair, "ECONNABORTED",  103,   "0 bytes from recv, EPIPE from send"},
    EndRow{Fate::reset_by_peer, Stack::windows,      "WSAECONNRESET", 10054, "WSAECONNRESET (10054)"},  // K-92
    EndRow{Fate::reset_by_peer, Stack::linux_kernel, "ECONNRESET",    104,   "0 bytes from recv, EPIPE from send"},
    // clang-format on
};

/// nullptr for a connection that lives, or whose end the stack does not report.
constexpr const EndRow* end_of(Fate fate, Stack stack) noexcept {
  const bool is_own = stack == Stack::linux_repair && fate != Fate::found_dead;
  if (is_own) return end_of(fate, Stack::linux_kernel);
  for (const EndRow& row : kEnds) {
    if (row.fate == fate && row.stack == stack) return &row;
  }
  return nullptr;
}

}  // namespace wsalive::advice

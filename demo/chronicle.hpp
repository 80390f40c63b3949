// What happened, from what was seen: the segments at both sides of the firewall, the lines that the
// two programs printed, and what the stage did itself. Pure; the live view, the verdict and the
// picture all read the same chronicle.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cast.hpp"
#include "lab/segment.hpp"

namespace wsalive::demo {

enum class Kind : std::uint8_t {
  connected,
  question_answered,
  question_lost,   ///< Sent, or sent again, and dropped.
  probe_answered,  ///< Keep-alive doing its work.
  probe_lost,
  forgotten,  ///< The firewall has heard nothing for too long.
  cut,        ///< The cable.
  given_up,   ///< The reset on the wire after the last probe.
  told,       ///< The program's call ended with an error; `text` is its name.
};

struct Happening {
  Instant at;
  Lane lane = Lane::plain;
  Kind kind = Kind::connected;
  int count = 0;          ///< The how many-th of its kind in a row, from 1.
  std::string text{};     ///< Of `told`.
  Instant answered_at{};  ///< Of `question_answered` and `probe_answered`.

  friend bool operator==(const Happening&, const Happening&) = default;
};

/// All that was seen, in the order of time within each list.
struct Record {
  std::vector<lab::Segment> inside;   ///< Between client and firewall.
  std::vector<lab::Segment> outside;  ///< Between firewall and server.
  std::vector<Happening> notes;       ///< What stage and programs reported.
  std::optional<Instant> cut;
};

/// Everything up to `until`, in the order of time. What it says about an instant no longer changes
/// once `until` is kSettled later.
[[nodiscard]] std::vector<Happening> tell(const Record& record, Instant until);

inline constexpr std::chrono::milliseconds kSettled{60};

/// When the firewall heard from a lane: each of these instants starts its patience again.
[[nodiscard]] std::vector<Instant> heard_by_firewall(const Record& record, Lane lane);

/// The last segment that a lane's client received before the cut: the silence counts from it.
[[nodiscard]] std::optional<Instant> last_sign_of_life(const Record& record, Lane lane);

}  // namespace wsalive::demo

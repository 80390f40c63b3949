// The renderings of a Scene: words, a line of text, an SVG picture, JSON.
#pragma once

#include <algorithm>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/explain/scene.hpp"
#include "cli/frame/report.hpp"
#include "policy/timeline.hpp"

namespace wsalive::cli::explain {

/// The position of an instant on a drawn line. The silence before the first probe is often a thousand times as long as all that
/// follows, so it gets a part of the line of its own, and the rest is drawn to scale.
class Axis {
 public:
  /// \param quiet  The end of the silence. \param end  The last instant. Both ends of the line are
  ///               0 and 1. \param share  The part of the line that the silence gets at most.
  constexpr Axis(policy::Millis quiet, policy::Millis end, double share = 0.45) noexcept
      : quiet_(static_cast<double>(quiet.count())), end_(static_cast<double>(end.count())) {
    const double fair = end_ > 0 ? quiet_ / end_ : 1;
    share_ = end_ <= quiet_ ? 1 : std::min(fair, share);
  }

  /// Whether the silence is drawn shorter than it is.
  [[nodiscard]] constexpr bool is_broken() const noexcept {
    return end_ > quiet_ && quiet_ / end_ > share_ + 1e-9;
  }

  /// From 0 to 1.
  [[nodiscard]] constexpr double at(policy::Millis instant) const noexcept {
    const auto place = static_cast<double>(instant.count());
    if (place <= quiet_) return quiet_ > 0 ? share_ * place / quiet_ : 0;
    return std::min(1.0, share_ + (1 - share_) * (place - quiet_) / (end_ - quiet_));
  }

 private:
  double quiet_;
  double end_;
  double share_ = 1;
};

/// A subject's events as one line of text, to scale after the silence, and below it its instants; ends with a line end.
[[nodiscard]] std::string bar(const Scene& scene, const Subject& subject, const Page& page);

// How this host keeps the settings, in words.

/// In programs on our library: what is exact, and what needs a right.
[[nodiscard]] std::string host_words(const Scene& scene);

/// In programs that the kernel keeps alone, with both ends of its instants; empty where no probe ever leaves.
[[nodiscard]] std::string others_words(const Scene& scene);

/// One lane for each subject, with the silence, the probes, the path's memory, and the end.
[[nodiscard]] std::string picture_of(const Scene& scene);

[[nodiscard]] nlohmann::ordered_json scene_json(const Scene& scene);

/// One subject at length, or several side by side.
[[nodiscard]] std::string scene_text(const Scene& scene, const Page& page);

/// "probe 3 is answered"; `number` counts the unanswered probes so far.
[[nodiscard]] std::string event_words(policy::Happening what, std::uint32_t number);

// The effect of TCP_USER_TIMEOUT, in sentences.

/// On the series of probes, if the kernel alone keeps the connection.
[[nodiscard]] std::string in_place_of_count(policy::Millis user_timeout, std::uint8_t probes);

/// On unacknowledged data; and the limit without one.
[[nodiscard]] std::string data_words(const Scene& scene);

}  // namespace wsalive::cli::explain

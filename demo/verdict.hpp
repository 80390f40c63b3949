// Prediction beside measurement, and the verdict. The prediction is policy's timeline for a peer
// that is gone, counted from the last segment that the client received.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chronicle.hpp"
#include "drawing/coloured_text.hpp"
#include "live_view.hpp"

namespace wsalive::demo {

using drawing::ColouredText;

/// A predicted instant and what was seen of it; both as silence so far.
struct Match {
  std::string what;  ///< "probe 3", "given up".
  std::chrono::nanoseconds predicted{};
  std::optional<std::chrono::nanoseconds> measured;
};

struct Verdict {
  std::vector<Match> matches;
  std::optional<std::chrono::nanoseconds> noticed;  ///< When the program's call ended.
  std::vector<std::string> wrong;  ///< What did not go as predicted; empty is good.
};

/// Judges a play that is over. A probe or end counts as on time within two ticks of the kernel and
/// 1 ms; as late, which the verdict says but does not count as wrong, up to 100 ms, as on a host with more to do.
[[nodiscard]] Verdict judge(const Record& record, Setting setting);

/// The table and the closing lines.
void print_verdict(const Verdict& verdict, Setting setting, const ColouredText& coloured);

}  // namespace wsalive::demo

#include "path/probing.hpp"

#include <algorithm>

namespace wsalive::path {
namespace {

using policy::Millis;

constexpr int kProbesBeforeSilence = 4;  // Of one connection: a lost probe is no verdict.
constexpr Millis kBetweenProbes{700};    // A Linux peer answers one in 500 ms (K-52).

Millis gap(Millis round_trip) { return std::max(kBetweenProbes, round_trip * 3); }

}  // namespace

std::optional<PathSight> Probing::look(Millis now) {
  const IdleSight sight = connection_.look();
  switch (sight) {
    case IdleSight::reset:
      return PathSight::reset;
    case IdleSight::ended:
      return PathSight::closed;
    case IdleSight::failed:
      return PathSight::silent;
    default:
      break;
  }
  // What came before the first probe is an answer to something else.
  const bool came = sight == IdleSight::answered || sight == IdleSight::data;
  if (came && asked_ > 0) return PathSight::kept;
  if (asked_ > 0 && now < next_ask_) return std::nullopt;
  if (asked_ == kProbesBeforeSilence) return PathSight::silent;
  (void)connection_.probe();
  ++asked_;
  next_ask_ = now + gap(round_trip_);
  return std::nullopt;
}

Millis probing_time(Millis round_trip) noexcept { return kProbesBeforeSilence * gap(round_trip); }

}  // namespace wsalive::path

#include "path/probing.hpp"

#include <algorithm>

#include "os/tcp/tcp_info.hpp"

namespace wsalive::path {
namespace {

using policy::Millis;

constexpr int kProbesBeforeSilence = 4;  // Of one connection: a lost probe is no verdict.
constexpr Millis kBetweenProbes{700};    // A Linux peer answers one in 500 ms (K-52).

Millis gap(Millis round_trip) { return std::max(kBetweenProbes, round_trip * 3); }

}  // namespace

void Probing::probe() noexcept {
  constexpr Millis kTimer{
      2 * 10};  // The kernel sends it from a timer: two ticks at 100 Hz, the longest.
  const auto before = os::tcp_facts(connection_.fd());
  (void)connection_.probe();
  const auto after = os::tcp_facts(connection_.fd());
  if (asked_ != 0 || !before || !after) return;
  const Millis least{before->heard};
  silence_ = {least, std::max(least, Millis{after->heard}) + kTimer};
}

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
  probe();
  ++asked_;
  next_ask_ = now + gap(round_trip_);
  return std::nullopt;
}

Millis probing_time(Millis round_trip) noexcept { return kProbesBeforeSilence * gap(round_trip); }

}  // namespace wsalive::path

#include "path/search_run.hpp"

#include <array>
#include <chrono>
#include <utility>

#include "os/socket/poll.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "path/far_end_call.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::path {
namespace {

using policy::Millis;

constexpr Millis kGlance{100};

Status keep_alive(int fd, const policy::Timing& timing) {
  const policy::KernelFit fit = policy::fit_to_kernel(timing, policy::RoundIdle::down);
  const std::array steps{os::set_keep_alive_interval(fd, static_cast<int>(fit.interval_s)),
                         os::set_keep_alive_count(fd, static_cast<int>(fit.probes)),
                         os::set_keep_alive_switch(fd, os::Switch::on),
                         os::set_keep_alive_idle(fd, static_cast<int>(fit.idle_s))};
  for (const Status& step : steps) {
    if (!step) return step;
  }
  return {};
}

TrialSight sight_of(IdleSight sight) {
  switch (sight) {
    case IdleSight::answered:
      return TrialSight::answered;
    case IdleSight::data:
      return TrialSight::spoke;
    case IdleSight::ended:
      return TrialSight::closed;
    case IdleSight::reset:
      return TrialSight::reset;
    case IdleSight::failed:
      return TrialSight::given_up;
    default:
      return TrialSight::nothing;
  }
}

class Trial {
 public:
  explicit Trial(const TrialPlace& place) : place_(place) {}

  HeldTrial play(TrialPlan& plan, const policy::Timing& timing) {
    const TrialEnd not_made{.trial = {.timing = timing, .finding = TrialFinding::not_made}};
    Result<Opening> opening = Opening::begin(place_.far_end, place_.is_served);
    if (!opening) return {not_made};
    Opening::State state = opening->look();
    constexpr Millis kPatience{30'000};
    for (const Instant begun = place_.clock.now();
         state == Opening::State::under_way && age(begun) < kPatience; state = opening->look()) {
      if (const int signal = wait(-1)) return {{.trial = {}, .signal = signal}};
    }
    if (state != Opening::State::made) return {not_made};
    Waiting waiting = opening->take();
    const bool is_set = keep_alive(waiting.connection.fd(), timing).has_value();
    const TrialEnd end = is_set ? hold(plan, waiting.connection) : not_made;
    return {end, std::move(waiting)};
  }

 private:
  TrialEnd hold(TrialPlan& plan, IdleConnection& connection) {
    const Instant begun = place_.clock.now();
    for (;;) {
      const TrialSight sight = sight_of(connection.look());
      if (const auto trial = plan.saw(sight, age(begun))) return {.trial = *trial};
      if (const int signal = wait(connection.fd())) return {.trial = {}, .signal = signal};
    }
  }

  [[nodiscard]] Millis age(Instant begun) const {
    return std::chrono::floor<Millis>(place_.clock.now() - begun);
  }

  /// \param fd  A descriptor to watch as well; -1: none. \return a signal that came, or 0.
  [[nodiscard]] int wait(int fd) {
    std::array<os::Watched, 2> watched{os::Watched{place_.stop.fd(), os::kReadable},
                                       os::Watched{fd, os::kReadable}};
    (void)os::wait_for(watched.data(), fd >= 0 ? 2 : 1, kGlance);
    if (place_.tend) place_.tend();
    return place_.stop.taken().value_or(0);
  }

  const TrialPlace& place_;
};

}  // namespace

HeldTrial try_settings(TrialPlan& plan, const policy::Timing& timing, const TrialPlace& place) {
  return Trial{place}.play(plan, timing);
}

}  // namespace wsalive::path

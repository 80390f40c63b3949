// The C++ face: checks the values, asks the process's engine, and puts its answers into public types.

#include "wsalive/keepalive.hpp"

#include <cerrno>
#include <limits>

#include "engine/make_engine.hpp"
#include "os/clock.hpp"
#include "os/file/file.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "policy/driver_choice.hpp"
#include "policy/registry_rules.hpp"
#include "policy/timeline.hpp"

namespace wsalive {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongest{std::numeric_limits<std::uint32_t>::max()};
constexpr int kMostProbes = 255;

std::error_code error(int code) { return {code, std::system_category()}; }

bool is_time(milliseconds time) { return time >= milliseconds{1} && time <= kLongest; }

/// nullopt for a value out of range.  K-57
std::optional<policy::Timing> checked(const KeepAlive& wanted) {
  if (!is_time(wanted.idle) || !is_time(wanted.interval)) return std::nullopt;
  if (wanted.probes < 0 || wanted.probes > kMostProbes) return std::nullopt;
  return policy::Timing{policy::DwordMillis{static_cast<std::uint32_t>(wanted.idle.count())},
                        policy::DwordMillis{static_cast<std::uint32_t>(wanted.interval.count())},
                        static_cast<std::uint8_t>(wanted.probes)};
}

/// nullopt where the environment says a word that is not known.  K-121
std::optional<policy::Precision> chosen(KeepAlivePrecision precision) {
  if (precision == KeepAlivePrecision::exact) return policy::Precision::exact;
  if (precision == KeepAlivePrecision::kernel) return policy::Precision::kernel;
  const auto word = os::trusted_environment("WSALIVE_PRECISION");
  return word ? policy::precision_named(*word) : policy::Precision::exact;
}

policy::SourcedTiming of_socket(const policy::Timing& timing,
                                policy::Precision precision = policy::Precision::exact) {
  return {timing, policy::Source::socket, policy::Source::socket, policy::Source::socket,
          precision};
}

KeepAlive shown(const policy::Timing& timing, policy::Precision precision) {
  return {timing.idle, timing.interval, timing.probes,
          precision == policy::Precision::kernel ? KeepAlivePrecision::kernel
                                                 : KeepAlivePrecision::exact};
}

KeepAliveInForce shown(const engine::InForce& found) {
  static_assert(static_cast<int>(KeepAliveDriver::late) ==
                static_cast<int>(policy::DriverKind::late));
  return {.on = found.on,
          .wanted = shown(found.wanted.timing, found.wanted.precision),
          .actual = shown(found.actual, found.wanted.precision),
          .driver = static_cast<KeepAliveDriver>(found.driver),
          .lateness = found.lateness,
          .unanswered = found.unanswered,
          .probes_before_end = found.probes_before_end,
          .to_next_probe = found.to_next_probe,
          .to_give_up = found.to_give_up};
}

KeepAliveInForce present(int fd) {
  return shown(engine::process_engine().in_force(fd, of_socket(*checked({}))));
}

TimelineEvent shown(const policy::Event& event, milliseconds latest) {
  using What = TimelineEvent::What;
  const auto what = [&] {
    switch (event.what) {
      case policy::Happening::probe:
        return What::probe;
      case policy::Happening::answer:
        return What::answer;
      default:
        return What::reset;
    }
  };
  return {event.at, what(), latest};
}

}  // namespace

std::error_code abi::set_keep_alive(int fd, const KeepAlive& wanted, KeepAliveInForce& now) {
  const auto timing = checked(wanted);
  const auto precision = chosen(wanted.precision);
  if (!timing || !precision) return error(EINVAL);
  engine::note_face(engine::Face::linux_);
  const Status done = engine::process_engine().switch_on(fd, of_socket(*timing, *precision));
  if (!done) return error(done.error().code);
  now = present(fd);
  // The program may have set TCP_USER_TIMEOUT since the kernel got these values.
  const auto user_timeout = os::user_timeout(fd);
  if (now.driver != KeepAliveDriver::late && user_timeout && *user_timeout == 0) return {};
  engine::process_engine().reconsider(fd);
  now = present(fd);
  return {};
}

std::error_code abi::stop_keep_alive(int fd) {
  if (const auto tcp = os::keep_alive_idle(fd); !tcp) return error(tcp.error().code);
  const Status done = engine::process_engine().switch_off(fd);
  return done ? std::error_code{} : error(done.error().code);
}

std::error_code abi::keep_alive_in_force(int fd, KeepAliveInForce& now) {
  if (const auto tcp = os::keep_alive_idle(fd); !tcp) return error(tcp.error().code);
  now = present(fd);
  return {};
}

std::error_code abi::timeline(const KeepAlive& wanted, Peer peer, std::size_t most,
                              std::vector<TimelineEvent>& events) {
  const auto timing = checked(wanted);
  const auto precision = chosen(wanted.precision);
  if (!timing || !precision) return error(EINVAL);
  const policy::Accuracy accuracy{
      *precision == policy::Precision::exact ? policy::KeptBy::engine : policy::KeptBy::kernel,
      os::tick_length()};
  const policy::Timing kept =
      accuracy.by == policy::KeptBy::engine
          ? *timing
          : policy::choose_driver(*timing, {.has_engine = false}, {}).actual;
  policy::Timeline planned{kept, peer == Peer::silent ? policy::kDeadPeer : policy::kLinuxPeer,
                           accuracy.by};
  policy::Lateness lateness{kept, accuracy};
  while (events.size() < most) {
    const auto event = planned.next();
    if (!event) break;
    events.push_back(shown(*event, lateness.of(*event)));
  }
  return {};
}

}  // namespace wsalive

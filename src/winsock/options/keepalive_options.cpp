#include "winsock/options/keepalive_options.hpp"

#include <optional>

#include <winsock2.h>

#include <mstcpip.h>

#include "os/errno_table.hpp"
#include "os/memory/program_memory.hpp"
#include "os/socket/socket_calls.hpp"
#include "policy/driver_choice.hpp"
#include "policy/units.hpp"
#include "winsock/connection/close_cause.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/options/option_row.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

WsaError answer(const Status& done) {
  return done ? WsaError::none : os::wsa_error(done.error().code);
}

WsaError start(const Socket& socket, const policy::SourcedTiming& wanted) {
  return answer(runtime().engine().switch_on(socket.fd(), for_engine(socket, wanted)));
}

WsaError stop(const Socket& socket) { return answer(runtime().engine().switch_off(socket.fd())); }

WsaError change_values(const Socket& socket, const policy::SourcedTiming& wanted) {
  return answer(runtime().engine().set_values(socket.fd(), for_engine(socket, wanted)));
}

/// Why a dead connection takes no switch (K-28): the cause is kept for as long as the socket lives.
WsaError refusal_of_the_dead(Socket& socket) {
  switch (cause_of_end(socket)) {
    case Cause::keep_alive:
    case Cause::keep_alive_told:
      return WsaError::network_reset;
    case Cause::reset:
      return has_keep_alive(socket) ? WsaError::not_connected : WsaError::none;
    default:
      return WsaError::none;
  }
}

/// Why the switch may not be set now. The kernel's state decides, not what the program has noticed
/// (K-27, K-28, K-30 to K-32); a socket that never asked for a connection is not asked about.
WsaError refusal_by_state(Socket& socket) {
  const Phase phase = settle_phase(socket);
  if (phase == Phase::fresh || phase == Phase::listening) return WsaError::none;
  const os::TcpState state = os::tcp_state(socket.fd());
  if (state == os::TcpState::close) {
    return phase == Phase::connected ? refusal_of_the_dead(socket) : WsaError::none;
  }
  const bool transitional = state == os::TcpState::syn_sent;
  return transitional && runtime().release().transitional == policy::TransitionalRule::refused
             ? WsaError::invalid_argument
             : WsaError::none;
}

bool is_dword(const SetCall& call) { return call.bytes == policy::kDwordSize; }

/// The switch, where it can be read without asking the kernel.
std::optional<bool> switch_on_stack(const SetCall& call) {
  bool on = false;
  if (!os::is_on_stack(call.value, static_cast<std::size_t>(call.bytes))) return std::nullopt;
  return take_switch(call, on) ? std::optional{on} : std::nullopt;
}

/// The program's own pointer goes to the kernel's SO_KEEPALIVE: check and switch in one call.
WsaError set_by_kernel(const SetCall& call, const policy::SourcedTiming& wanted) {
  return answer(
      runtime().engine().set_switch(call.socket.fd(), call.value, for_engine(call.socket, wanted)));
}

WsaError set_by_value(const SetCall& call, const policy::SourcedTiming& wanted) {
  bool on = false;
  if (!take_switch(call, on)) return WsaError::fault;
  return on ? start(call.socket, wanted) : stop(call.socket);
}

// As the TCP_KEEP* options read a time (K-74).
std::uint32_t seconds(policy::DwordMillis time) { return policy::seconds_up(time).count(); }

/// One of the two times of a timing, with its source.
struct TimePart {
  policy::DwordMillis policy::Timing::*value;
  policy::Source policy::SourcedTiming::*from;
};
constexpr TimePart kIdle{&policy::Timing::idle, &policy::SourcedTiming::idle_from};
constexpr TimePart kInterval{&policy::Timing::interval, &policy::SourcedTiming::interval_from};

/// The socket's own time; without one the default's holds again.
void put(policy::SourcedTiming& timing, const TimePart& part,
         std::optional<policy::DwordMillis> own) {
  const policy::SourcedTiming other = own ? policy::SourcedTiming{} : default_timing();
  timing.timing.*part.value = own.value_or(other.timing.*part.value);
  timing.*part.from = own ? policy::Source::socket : other.*part.from;
}

WsaError set_time(const SetCall& call, const TimePart& part) {
  std::uint32_t given = 0;
  if (!take_dword(call, given)) return WsaError::fault;
  const auto time = policy::time_from_option(given);
  if (!time) return WsaError::invalid_argument;  // K-71
  policy::SourcedTiming wanted = wanted_timing(call.socket);
  put(wanted, part, time);
  return change_values(call.socket, wanted);
}

}  // namespace

policy::SourcedTiming default_timing() {
  const Settings& settings = runtime().settings();
  policy::SourcedTiming timing = policy::timing_in_force(settings.release, settings.registry, {});
  timing.precision = settings.precision;
  return timing;
}

policy::SourcedTiming wanted_timing(const Socket& socket) {
  const auto asked = runtime().engine().asked(socket.fd());
  return asked ? policy::with_own(default_timing(), asked->wanted) : default_timing();
}

bool has_keep_alive(const Socket& socket) {
  const auto asked = runtime().engine().asked(socket.fd());
  return asked && asked->on;
}

policy::SourcedTiming for_engine(const Socket& socket, policy::SourcedTiming wanted) {
  const Phase phase = socket.phase.load(std::memory_order_acquire);
  const bool is_waiting = phase == Phase::fresh || phase == Phase::listening;
  if (is_waiting && policy::detail::kernel_has_values(wanted.timing, {}, {})) {
    wanted.precision = policy::Precision::kernel;
  }
  return wanted;
}

WsaError get_keep_alive(const GetCall& call) {
  const WsaError refused = host_gives(call, os::Option::keep_alive);
  // The kernel's switch is off where nothing is to be sent (N = 0, K-53) or the engine rests.
  if (refused == WsaError::none && has_keep_alive(call.socket)) patch(call, 1);
  return refused;
}

WsaError set_keep_alive(const SetCall& call) {
  const WsaError refused = refusal_by_state(call.socket);
  if (refused != WsaError::none) {
    bool ignored = false;  // A bad pointer is found before a bad state (K-26, K-27).
    return take_switch(call, ignored) ? refused : WsaError::fault;
  }
  if (switch_on_stack(call) == false) return stop(call.socket);
  const policy::SourcedTiming wanted = wanted_timing(call.socket);
  const bool kernel_checks = is_dword(call) && wanted.timing.probes != 0;
  return kernel_checks ? set_by_kernel(call, wanted) : set_by_value(call, wanted);
}

WsaError get_keep_idle(const GetCall& call) {
  return give_dword(call, seconds(wanted_timing(call.socket).timing.idle));
}

WsaError set_keep_idle(const SetCall& call) { return set_time(call, kIdle); }

WsaError get_keep_interval(const GetCall& call) {
  return give_dword(call, seconds(wanted_timing(call.socket).timing.interval));
}

WsaError set_keep_interval(const SetCall& call) { return set_time(call, kInterval); }

WsaError get_keep_count(const GetCall& call) {
  return give_dword(call, wanted_timing(call.socket).timing.probes);
}

WsaError set_keep_count(const SetCall& call) {
  std::uint32_t given = 0;
  if (!take_dword(call, given)) return WsaError::fault;
  const auto count = policy::count_from_option(given);
  if (!count) return WsaError::invalid_argument;  // K-71
  policy::SourcedTiming wanted = wanted_timing(call.socket);
  wanted.timing.probes = *count;
  wanted.probes_from = policy::Source::socket;
  return change_values(call.socket, wanted);
}

WsaError keep_alive_vals(const IoctlCall& call, std::uint32_t& written) {
  tcp_keepalive asked{};
  if (call.buffers.in_size < sizeof asked) return WsaError::fault;  // K-64; longer is fine, K-65
  if (!os::load_program(static_cast<const tcp_keepalive*>(call.buffers.in), asked))
    return WsaError::fault;
  written = 0;
  if (asked.onoff == 0) return stop(call.socket);  // Its times are not stored (K-61).

  policy::SourcedTiming wanted = wanted_timing(call.socket);
  put(wanted, kIdle, policy::time_from_ioctl(asked.keepalivetime));
  put(wanted, kInterval, policy::time_from_ioctl(asked.keepaliveinterval));
  return start(call.socket, wanted);
}

}  // namespace wsalive::winsock

#include "winsock/options/keepalive_options.hpp"

#include <array>
#include <cstring>
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

using engine::KernelSwitch;

policy::SourcedTiming timing_with(const policy::SocketValues& values) {
  const Settings& settings = runtime().settings();
  policy::SourcedTiming wanted =
      policy::timing_in_force(settings.release, settings.registry, values);
  wanted.precision = settings.precision;
  return wanted;
}

WsaError start(Socket& socket, const policy::SourcedTiming& wanted, KernelSwitch already) {
  const Status done =
      runtime().engine().switch_on(socket.fd(), for_engine(socket, wanted), already);
  if (done) {
    socket.keep_alive.on.store(true, std::memory_order_release);
    return WsaError::none;
  }
  if (already == KernelSwitch::on && !socket.keep_alive.on.load(std::memory_order_acquire)) {
    (void)os::set_int(socket.fd(), os::Option::keep_alive, 0);
  }
  return os::wsa_error(done.error().code);
}

WsaError stop(Socket& socket) {
  if (const Status done = runtime().engine().switch_off(socket.fd()); !done) {
    return os::wsa_error(done.error().code);
  }
  socket.keep_alive.on.store(false, std::memory_order_release);
  return WsaError::none;
}

/// Stores new values of the socket, in force at once if keep-alive is on.
WsaError change_values(Socket& socket, const policy::SocketValues& values) {
  if (socket.keep_alive.on.load(std::memory_order_acquire)) {
    const WsaError refused = start(socket, timing_with(values), KernelSwitch::untouched);
    if (refused != WsaError::none) return refused;
  }
  socket.keep_alive.store(values);
  return WsaError::none;
}

/// Why a dead connection takes no switch (K-28): the cause is kept for as long as the socket lives.
WsaError refusal_of_the_dead(Socket& socket) {
  switch (cause_of_end(socket)) {
    case Cause::keep_alive:
    case Cause::keep_alive_told:
      return WsaError::network_reset;
    case Cause::reset:
      return socket.keep_alive.on.load(std::memory_order_acquire) ? WsaError::not_connected
                                                                  : WsaError::none;
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

/// The program's own pointer goes to the kernel's SO_KEEPALIVE: check and switch in one call. On
/// failure nothing has changed.
WsaError set_by_kernel(const SetCall& call, const policy::SourcedTiming& wanted) {
  Socket& socket = call.socket;
  const int error =
      os::set_option(socket.fd(), os::Option::keep_alive, call.value, policy::kDwordSize);
  if (error != 0) return os::wsa_error(error);
  std::uint32_t value = 0;
  std::memcpy(&value, call.value, sizeof value);  // Known to be good now.
  if (value != 0) return start(socket, wanted, KernelSwitch::on);
  return socket.keep_alive.on.load(std::memory_order_acquire) ? stop(socket) : WsaError::none;
}

WsaError set_by_value(const SetCall& call, const policy::SourcedTiming& wanted) {
  bool on = false;
  if (!take_switch(call, on)) return WsaError::fault;
  return on ? start(call.socket, wanted, KernelSwitch::untouched) : stop(call.socket);
}

// As the TCP_KEEP* options read a time (K-74).
std::uint32_t seconds(policy::DwordMillis time) { return policy::seconds_up(time).count(); }

WsaError set_time(const SetCall& call,
                  std::optional<policy::DwordMillis> policy::SocketValues::*cell) {
  std::uint32_t given = 0;
  if (!take_dword(call, given)) return WsaError::fault;
  const auto time = policy::time_from_option(given);
  if (!time) return WsaError::invalid_argument;  // K-71
  policy::SocketValues values = call.socket.keep_alive.values();
  values.*cell = time;
  return change_values(call.socket, values);
}

}  // namespace

policy::SourcedTiming wanted_timing(const Socket& socket) {
  return timing_with(socket.keep_alive.values());
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
  if (refused == WsaError::none && call.socket.keep_alive.on.load(std::memory_order_acquire)) {
    patch(call, 1);
  }
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

WsaError set_keep_idle(const SetCall& call) { return set_time(call, &policy::SocketValues::idle); }

WsaError get_keep_interval(const GetCall& call) {
  return give_dword(call, seconds(wanted_timing(call.socket).timing.interval));
}

WsaError set_keep_interval(const SetCall& call) {
  return set_time(call, &policy::SocketValues::interval);
}

WsaError get_keep_count(const GetCall& call) {
  return give_dword(call, wanted_timing(call.socket).timing.probes);
}

WsaError set_keep_count(const SetCall& call) {
  std::uint32_t given = 0;
  if (!take_dword(call, given)) return WsaError::fault;
  const auto count = policy::count_from_option(given);
  if (!count) return WsaError::invalid_argument;  // K-71
  policy::SocketValues values = call.socket.keep_alive.values();
  values.probes = count;
  return change_values(call.socket, values);
}

WsaError keep_alive_vals(const IoctlCall& call, std::uint32_t& written) {
  tcp_keepalive asked{};
  if (call.buffers.in_size < sizeof asked) return WsaError::fault;  // K-64; longer is fine, K-65
  if (!os::load_program(static_cast<const tcp_keepalive*>(call.buffers.in), asked))
    return WsaError::fault;
  written = 0;
  if (asked.onoff == 0) return stop(call.socket);  // Its times are not stored (K-61).

  policy::SocketValues values = call.socket.keep_alive.values();
  values.idle = policy::time_from_ioctl(asked.keepalivetime);
  values.interval = policy::time_from_ioctl(asked.keepaliveinterval);
  const WsaError refused = start(call.socket, timing_with(values), KernelSwitch::untouched);
  if (refused == WsaError::none) call.socket.keep_alive.store(values);
  return refused;
}

}  // namespace wsalive::winsock

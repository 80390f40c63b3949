#include "winsock/options/socket_level_options.hpp"

#include <winsock2.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "os/clock.hpp"
#include "os/errno_table.hpp"
#include "os/socket/socket_values.hpp"
#include "winsock/connection/close_cause.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/names/protocol_catalog.hpp"
#include "winsock/options/option_row.hpp"

namespace wsalive::winsock {
namespace {

constexpr std::uint32_t kNotConnected = 0xffff'ffff;

WsaError get_flag(const GetCall& call, OptionBit bit) {
  const bool on = (call.socket.options.bits.load(std::memory_order_acquire) & bit) != 0;
  return give_dword(call, on ? 1 : 0);
}

void store_flag(Socket& socket, OptionBit bit, bool on) {
  if (on) {
    socket.options.bits.fetch_or(bit, std::memory_order_acq_rel);
  } else {
    socket.options.bits.fetch_and(static_cast<std::uint8_t>(~bit), std::memory_order_acq_rel);
  }
}

WsaError set_flag(const SetCall& call, OptionBit bit) {
  bool on = false;
  if (!take_switch(call, on)) return WsaError::fault;
  store_flag(call.socket, bit, on);
  return WsaError::none;
}

/// One of two flags that exclude each other and count in bind alone.
WsaError set_claim(const SetCall& call, OptionBit own, OptionBit other) {
  bool on = false;
  if (!take_switch(call, on)) return WsaError::fault;
  Socket& socket = call.socket;
  const bool contradicts = (socket.options.bits.load(std::memory_order_acquire) & other) != 0;
  if (socket.bound.load(std::memory_order_acquire) || (on && contradicts)) {
    return WsaError::invalid_argument;
  }
  store_flag(socket, own, on);
  return WsaError::none;
}

std::int64_t now_ns() { return os::monotonic_clock().now().time_since_epoch().count(); }

template <typename Info>
WsaError get_protocol_info(const GetCall& call) {
  const auto info = protocol_info_of<Info>(call.socket.traits());
  return info ? give(call, &*info) : WsaError::unknown_option;
}

}  // namespace

WsaError get_type(const GetCall& call) {
  return give_dword(call, static_cast<std::uint32_t>(call.socket.traits().windows_type));
}

WsaError get_error(const GetCall& call) {
  // Consumes the kernel's error and keeps it here, unless a blocked connect of another thread waits for it.
  if (settle_phase(call.socket) != Phase::connecting) (void)settle_cause(call.socket);
  const std::int32_t kept = call.socket.last_error.load(std::memory_order_acquire);
  return give_dword(call, static_cast<std::uint32_t>(kept));
}

WsaError get_connect_time(const GetCall& call) {
  if (settle_phase(call.socket) != Phase::connected) return give_dword(call, kNotConnected);
  const std::int64_t since = call.socket.connected_at_ns.load(std::memory_order_acquire);
  const auto age = std::chrono::nanoseconds{now_ns() - since};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(age).count();
  return give_dword(call, static_cast<std::uint32_t>(seconds));
}

WsaError get_max_message(const GetCall& call) {
  constexpr std::uint32_t kLongestDatagram = 65'507;  // 64 KiB less the headers of IPv4 and UDP.
  return give_dword(call, kLongestDatagram);
}

WsaError get_protocol_info_a(const GetCall& call) {
  return get_protocol_info<WSAPROTOCOL_INFOA>(call);
}
WsaError get_protocol_info_w(const GetCall& call) {
  return get_protocol_info<WSAPROTOCOL_INFOW>(call);
}

WsaError get_reuse_address(const GetCall& call) { return get_flag(call, kReuseAddress); }
WsaError set_reuse_address(const SetCall& call) {
  return set_claim(call, kReuseAddress, kExclusiveAddress);
}
WsaError get_exclusive_address(const GetCall& call) { return get_flag(call, kExclusiveAddress); }
WsaError set_exclusive_address(const SetCall& call) {
  return set_claim(call, kExclusiveAddress, kReuseAddress);
}

WsaError get_debug(const GetCall& call) { return get_flag(call, kDebug); }
WsaError set_debug(const SetCall& call) { return set_flag(call, kDebug); }
WsaError get_dont_route(const GetCall& call) { return get_flag(call, kDontRoute); }
WsaError set_dont_route(const SetCall& call) { return set_flag(call, kDontRoute); }

// The handle may be no socket at all, so the kernel is not asked about it.
WsaError get_open_type(const GetCall& call) {
  const std::uint32_t type = thread_open_type();
  return give(call, &type);
}

WsaError set_open_type(const SetCall& call) {
  std::uint32_t type = 0;
  if (!take_dword(call, type)) return WsaError::fault;
  set_thread_open_type(type);
  return WsaError::none;
}

namespace {

using BufferCell = std::atomic<std::int32_t> OptionCells::*;
using TimeOutCell = std::atomic<std::uint32_t> OptionCells::*;

WsaError get_buffer(const GetCall& call, BufferCell cell) {
  const WsaError refused = host_gives(call, call.row.host);
  const std::int32_t as_set = (call.socket.options.*cell).load(std::memory_order_acquire);
  if (refused == WsaError::none && as_set >= 0) patch(call, static_cast<std::uint32_t>(as_set));
  return refused;
}

WsaError set_buffer(const SetCall& call, BufferCell cell) {
  std::uint32_t size = 0;
  if (!take_dword(call, size)) return WsaError::fault;
  if (size > std::numeric_limits<std::int32_t>::max()) return WsaError::no_buffers;
  const auto bytes = static_cast<std::int32_t>(size);
  const int error = os::set_int(call.socket.fd(), call.row.host, bytes);
  if (error == 0) (call.socket.options.*cell).store(bytes, std::memory_order_release);
  return os::wsa_error(error);
}

WsaError get_time_out(const GetCall& call, TimeOutCell cell) {
  return give_dword(call, (call.socket.options.*cell).load(std::memory_order_acquire));
}

WsaError set_time_out(const SetCall& call, TimeOutCell cell) {
  std::uint32_t milliseconds = 0;
  if (!take_dword(call, milliseconds)) return WsaError::fault;
  const int error = os::set_time_out(call.socket.fd(), call.row.host, milliseconds);
  if (error == 0) (call.socket.options.*cell).store(milliseconds, std::memory_order_release);
  return os::wsa_error(error);
}

}  // namespace

WsaError get_receive_buffer(const GetCall& call) {
  return get_buffer(call, &OptionCells::receive_buffer);
}
WsaError set_receive_buffer(const SetCall& call) {
  return set_buffer(call, &OptionCells::receive_buffer);
}
WsaError get_send_buffer(const GetCall& call) {
  return get_buffer(call, &OptionCells::send_buffer);
}
WsaError set_send_buffer(const SetCall& call) {
  return set_buffer(call, &OptionCells::send_buffer);
}

WsaError get_receive_timeout(const GetCall& call) {
  return get_time_out(call, &OptionCells::receive_timeout_ms);
}
WsaError set_receive_timeout(const SetCall& call) {
  return set_time_out(call, &OptionCells::receive_timeout_ms);
}
WsaError get_send_timeout(const GetCall& call) {
  return get_time_out(call, &OptionCells::send_timeout_ms);
}
WsaError set_send_timeout(const SetCall& call) {
  return set_time_out(call, &OptionCells::send_timeout_ms);
}

WsaError get_linger(const GetCall& call) {
  os::Linger found;
  if (const int error = os::get_linger(call.socket.fd(), found); error != 0) {
    return os::wsa_error(error);
  }
  constexpr int kLongest = std::numeric_limits<u_short>::max();
  const LINGER answer{.l_onoff = static_cast<u_short>(found.on ? 1 : 0),
                      .l_linger = static_cast<u_short>(std::min(found.seconds, kLongest))};
  return give(call, &answer);
}

WsaError set_linger(const SetCall& call) {
  LINGER asked{};
  if (!take(call, &asked)) return WsaError::fault;
  return os::wsa_error(
      os::set_linger(call.socket.fd(), {.on = asked.l_onoff != 0, .seconds = asked.l_linger}));
}

WsaError get_dont_linger(const GetCall& call) {
  os::Linger found;
  const int error = os::get_linger(call.socket.fd(), found);
  return error == 0 ? give_dword(call, found.on ? 0 : 1) : os::wsa_error(error);
}

WsaError set_dont_linger(const SetCall& call) {
  bool dont = false;
  if (!take_switch(call, dont)) return WsaError::fault;
  os::Linger value;
  int error = os::get_linger(call.socket.fd(), value);
  value.on = !dont;
  if (error == 0) error = os::set_linger(call.socket.fd(), value);
  return os::wsa_error(error);
}

}  // namespace wsalive::winsock

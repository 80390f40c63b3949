#include "winsock/options/transfer_options.hpp"

#include <winsock2.h>

#include <algorithm>
#include <limits>

#include "os/errno_table.hpp"
#include "os/socket/socket_values.hpp"
#include "winsock/options/option_memory.hpp"

namespace wsalive::winsock {
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

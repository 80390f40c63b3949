#include "winsock/options/plain_ioctls.hpp"

#include "winsock2.h"

#include "os/errno_table.hpp"
#include "os/memory/program_memory.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/socket/socket_option.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

WsaError give_value(const IoctlCall& call, std::uint32_t& written, DWORD value) {
  if (call.buffers.out_size < sizeof value) return WsaError::fault;
  if (!os::store_program(static_cast<DWORD*>(call.buffers.out), value)) return WsaError::fault;
  written = sizeof value;
  return WsaError::none;
}

WsaError ioctl_call(SOCKET handle, long command, u_long* argument) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  const auto code = static_cast<std::uint32_t>(command);
  // The one command of this family that WSAIoctl knows beside ours takes more than a u_long.
  if ((code & IOC_WS2) != 0) return WsaError::operation_not_supported;
  std::uint32_t written = 0;
  return serve_ioctl(*socket, code, {argument, sizeof *argument, argument, sizeof *argument},
                     written);
}

}  // namespace

WsaError change_blocking(Socket& socket, os::Blocking blocking) noexcept {
  const bool fixed = socket.kernel_non_blocking.load(std::memory_order_relaxed);
  if (const int result = fixed ? 0 : os::set_blocking(socket.fd(), blocking); result != 0) {
    return os::wsa_error(-result);
  }
  socket.non_blocking.store(blocking == os::Blocking::no, std::memory_order_relaxed);
  return WsaError::none;
}

WsaError set_non_blocking(const IoctlCall& call, std::uint32_t& written) {
  DWORD on = 0;
  if (call.buffers.in_size < sizeof on) return WsaError::fault;
  if (!os::load_program(static_cast<const DWORD*>(call.buffers.in), on)) return WsaError::fault;
  // A selection holds the socket in non-blocking mode.
  if (on == 0 && is_selected(call.socket)) return WsaError::invalid_argument;
  written = 0;
  return change_blocking(call.socket, on != 0 ? os::Blocking::no : os::Blocking::yes);
}

WsaError count_unread(const IoctlCall& call, std::uint32_t& written) {
  // The kernel refuses a listener, which has nothing to receive.
  const bool listens = call.socket.phase.load(std::memory_order_acquire) == Phase::listening;
  const long unread = listens ? 0 : os::unread_bytes(call.socket.fd());
  if (unread < 0) return os::wsa_error(static_cast<int>(-unread));
  return give_value(call, written, static_cast<DWORD>(unread));
}

WsaError is_at_mark(const IoctlCall& call, std::uint32_t& written) {
  int in_line = 0;
  const int refused = os::get_int(call.socket.fd(), os::Option::out_of_band_inline, in_line);
  if (refused != 0) return os::wsa_error(refused);
  const int mark = in_line != 0 ? 0 : os::is_at_mark(call.socket.fd());
  if (mark < 0) return os::wsa_error(-mark);
  return give_value(call, written, mark == 0 ? TRUE : FALSE);
}

}  // namespace wsalive::winsock

int ioctlsocket(SOCKET s, long cmd, u_long* argp) {
  using namespace wsalive::winsock;
  return finish(ioctl_call(s, cmd, argp));
}

// WSAIoctl(): the checks that all control codes share, in Windows' order (K-69), and their table.
//
// To add a code, write a handler and a row. A refused call changes nothing except *lpcbBytesReturned where one of the
// pointers is bad (K-64). No code waits for anything: an overlapped call has ended when
// it returns, and its packet, event or routine follows (K-67).

#include "winsock/options/ioctl.hpp"

#include "winsock2.h"

#include <mstcpip.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "os/errno_table.hpp"
#include "os/memory/program_memory.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/socket/socket_option.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/options/keepalive_options.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/extension_functions.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

// Sorted by code.
constexpr std::array kIoctls{
    // clang-format off
    IoctlRow{std::uint32_t{FIONREAD},      kAnySocket, count_unread},
    IoctlRow{std::uint32_t{SIOCATMARK},    kAnySocket, is_at_mark},
    IoctlRow{std::uint32_t{FIONBIO},       kAnySocket, set_non_blocking},
    IoctlRow{SIO_KEEPALIVE_VALS, kTcp,       keep_alive_vals},
    IoctlRow{SIO_GET_EXTENSION_FUNCTION_POINTER, kAnySocket, give_extension_function},
    // clang-format on
};
static_assert(std::ranges::is_sorted(kIoctls, {}, &IoctlRow::code));

/// A WSAIoctl as the program made it.
struct IoctlArguments {
  SOCKET handle;
  DWORD code;
  IoctlBuffers buffers;
  DWORD* returned;
  Notice notice;
};

/// nullptr: no such code.
const IoctlRow* row_of(std::uint32_t code) {
  const auto* const row = std::ranges::lower_bound(kIoctls, code, {}, &IoctlRow::code);
  return row == kIoctls.end() || row->code != code ? nullptr : row;
}

WsaError check_row(const Socket& socket, const IoctlRow* row) {
  if (!row) return WsaError::operation_not_supported;                                       // K-68
  return row->kinds.contains(socket.traits()) ? WsaError::none : WsaError::unknown_option;  // K-66
}

bool is_good(void* at, std::size_t size) {
  return os::is_on_stack(at, size) || os::is_writable(at, size);
}

/// The end of an overlapped call (K-67), claimed before anything is done: a call that cannot report its end does nothing.
class End {
 public:
  End() = default;
  ~End() {
    if (operation_) give_back(*operation_);
  }
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  [[nodiscard]] WsaError claim(Socket& socket, const Notice& notice) noexcept {
    try {
      channel_ = &Channel::of(socket);
      operation_ = &take_operation();
      return channel_->claim(*operation_, notice);
    } catch (const std::bad_alloc&) {
      return WsaError::not_enough_memory;
    }
  }
  void tell_success(std::uint32_t written) noexcept {
    if (operation_) channel_->end_claimed(*std::exchange(operation_, nullptr), written);
  }

 private:
  Channel* channel_ = nullptr;
  Operation* operation_ = nullptr;
};

WsaError serve(const IoctlArguments& request) {
  if (const WsaError refused = runtime().refusal(); refused != WsaError::none) return refused;
  const Entered entered{request.handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  if (!is_good(request.returned, sizeof *request.returned)) return WsaError::fault;
  if (request.notice.overlapped &&
      !is_good(request.notice.overlapped, sizeof *request.notice.overlapped)) {
    return WsaError::fault;
  }

  const auto* const row = row_of(request.code);
  if (const WsaError bad = check_row(*socket, row); bad != WsaError::none) return bad;
  End end;
  if (is_overlapped(*socket, request.notice.overlapped)) {
    const WsaError bad = end.claim(*socket, request.notice);
    if (bad != WsaError::none) return bad;
  }
  std::uint32_t written = 0;
  const WsaError code = row->serve({*socket, request.buffers}, written);
  const bool answered = code == WsaError::none || code == WsaError::fault;
  if (answered && !os::store_program(request.returned, DWORD{written})) return WsaError::fault;
  if (code == WsaError::none) end.tell_success(written);
  return code;
}

}  // namespace

WsaError serve_ioctl(Socket& socket, std::uint32_t code, const IoctlBuffers& buffers,
                     std::uint32_t& written) {
  const auto* const row = row_of(code);
  const WsaError bad = check_row(socket, row);
  return bad == WsaError::none ? row->serve({socket, buffers}, written) : bad;
}

}  // namespace wsalive::winsock

extern "C" int WSAAPI WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer,
                               DWORD cbInBuffer, LPVOID lpvOutBuffer, DWORD cbOutBuffer,
                               LPDWORD lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped,
                               LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  using namespace wsalive::winsock;
  return finish_and_clear(serve({.handle = s,
                                 .code = dwIoControlCode,
                                 .buffers = {lpvInBuffer, cbInBuffer, lpvOutBuffer, cbOutBuffer},
                                 .returned = lpcbBytesReturned,

                                 .notice = {lpOverlapped, lpCompletionRoutine}}));
}

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
  // The kernel refuses a listener, which never receives.
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

// WSAIoctl(): the checks that all control codes share, in Windows' order (K-69), and their table.
//
// To add a code, write a handler and a row. A call that is refused changes nothing but, where one of the
// pointers is bad, *lpcbBytesReturned (K-64). No code waits for anything: an overlapped call has ended when
// it returns, and its packet, event or routine follows (K-67).

#include <winsock2.h>

#include <mstcpip.h>

#include <algorithm>
#include <array>

#include "os/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/ioctl_row.hpp"
#include "winsock/keepalive.hpp"
#include "winsock/overlapped/extension_functions.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/plain_ioctls.hpp"
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

bool is_good(void* at, std::size_t size) {
  return os::is_on_stack(at, size) || os::is_writable(at, size);
}

/// K-67: what was served has ended, and is told like any end.
WsaError tell_at_once(Socket& socket, const Notice& notice, std::uint32_t written) {
  try {
    Operation& operation = take_operation();
    operation.attempt = [](Operation& done, Socket& /*socket*/, Outcome& outcome) {
      return ended_well(outcome, done.done);
    };
    operation.at_once = true;
    operation.done = written;
    std::uint32_t unused = 0;
    return start_operation(socket, operation, notice, unused);
  } catch (const std::bad_alloc&) {
    return WsaError::not_enough_memory;
  }
}

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

  std::uint32_t written = 0;
  const WsaError code = serve_ioctl(*socket, request.code, request.buffers, written);
  const bool answered = code == WsaError::none || code == WsaError::fault;
  if (answered && !os::store_program(request.returned, DWORD{written})) return WsaError::fault;
  const bool tells = code == WsaError::none && is_overlapped(*socket, request.notice.overlapped);
  return tells ? tell_at_once(*socket, request.notice, written) : code;
}

}  // namespace

WsaError serve_ioctl(Socket& socket, std::uint32_t code, const IoctlBuffers& buffers,
                     std::uint32_t& written) {
  const auto* const row = std::ranges::lower_bound(kIoctls, code, {}, &IoctlRow::code);
  if (row == kIoctls.end() || row->code != code) return WsaError::operation_not_supported;  // K-68
  if (!row->kinds.contains(socket.traits())) return WsaError::unknown_option;               // K-66
  return row->serve({socket, buffers}, written);
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

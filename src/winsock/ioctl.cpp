// WSAIoctl(): the checks that all control codes share, in Windows' order (K-69), and their table.
//
// To add a code, write a handler and a row. A call that is refused changes nothing but, where one of the
// pointers is bad, *lpcbBytesReturned (K-64). Overlapped calls need completion packets, which are not
// built yet: they answer WSAEOPNOTSUPP.

#include <winsock2.h>

#include <mstcpip.h>

#include <algorithm>
#include <array>

#include "os/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/ioctl_row.hpp"
#include "winsock/keepalive.hpp"
#include "winsock/plain_ioctls.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

// Sorted by code.
constexpr std::array kRows{
    // clang-format off
    IoctlRow{std::uint32_t{FIONREAD},      kAnySocket, count_unread},
    IoctlRow{std::uint32_t{SIOCATMARK},    kAnySocket, is_at_mark},
    IoctlRow{std::uint32_t{FIONBIO},       kAnySocket, set_non_blocking},
    IoctlRow{SIO_KEEPALIVE_VALS, kTcp,       keep_alive_vals},
    // clang-format on
};
static_assert(std::ranges::is_sorted(kRows, {}, &IoctlRow::code));

/// A WSAIoctl as the program made it.
struct Request {
  SOCKET handle;
  DWORD code;
  IoctlBuffers buffers;
  DWORD* returned;
  WSAOVERLAPPED* overlapped;
};

bool is_good(void* at, std::size_t size) {
  return os::is_on_stack(at, size) || os::is_writable(at, size);
}

WsaError serve(const Request& request) {
  if (const WsaError refused = runtime().refusal(); refused != WsaError::none) return refused;
  const Entered entered{request.handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  if (!is_good(request.returned, sizeof *request.returned)) return WsaError::fault;
  if (request.overlapped && !is_good(request.overlapped, sizeof *request.overlapped)) {
    return WsaError::fault;
  }
  if (request.overlapped) return WsaError::operation_not_supported;

  std::uint32_t written = 0;
  const WsaError code = serve_ioctl(*socket, request.code, request.buffers, written);
  const bool answered = code == WsaError::none || code == WsaError::fault;
  if (answered && !os::store_program(request.returned, DWORD{written})) return WsaError::fault;
  return code;
}

}  // namespace

WsaError serve_ioctl(Socket& socket, std::uint32_t code, const IoctlBuffers& buffers,
                     std::uint32_t& written) {
  const auto* const row = std::ranges::lower_bound(kRows, code, {}, &IoctlRow::code);
  if (row == kRows.end() || row->code != code) return WsaError::operation_not_supported;  // K-68
  if (!row->kinds.contains(socket.traits())) return WsaError::unknown_option;             // K-66
  return row->serve({socket, buffers}, written);
}

}  // namespace wsalive::winsock

extern "C" int WSAAPI WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer,
                               DWORD cbInBuffer, LPVOID lpvOutBuffer, DWORD cbOutBuffer,
                               LPDWORD lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped,
                               LPWSAOVERLAPPED_COMPLETION_ROUTINE /*lpCompletionRoutine*/) {
  using namespace wsalive::winsock;
  return finish_and_clear(serve({.handle = s,
                                 .code = dwIoControlCode,
                                 .buffers = {lpvInBuffer, cbInBuffer, lpvOutBuffer, cbOutBuffer},
                                 .returned = lpcbBytesReturned,
                                 .overlapped = lpOverlapped}));
}

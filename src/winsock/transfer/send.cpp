// send, sendto, WSASend, WSASendTo: one system call with the program's own pointers, which the
// kernel's copy checks.

#include "winsock2.h"

#include <cerrno>

#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/buffers.hpp"
#include "winsock/transfer/messages.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

/// A message to an address, or along the connection.
Count send_message(Socket& socket, const Buffers& buffers, unsigned flags, const Target* target,
                   const os::ControlBuffer* control) {
  os::SocketAddress address;
  const bool named = target && target->name;
  if (named) {
    const WsaError bad = take_destination(socket, target->name, target->size, address);
    if (bad != WsaError::none) return refused(bad);
  }
  if (buffers.count() > Buffers::kMost) return refused(WsaError::message_size);
  const Count sent = send_through(socket, buffers.size(), [&](std::size_t done, unsigned more) {
    return buffers.send(socket.fd(), done, flags | more, named ? &address : nullptr, control);
  });
  if (sent && !socket.bound.load(std::memory_order_relaxed)) {
    socket.bound.store(true, std::memory_order_relaxed);
  }
  // Windows has two codes for a missing destination.
  const bool nowhere = !sent && sent.error() == WsaError::destination_required;
  return nowhere && !target ? refused(WsaError::not_connected) : sent;
}

Count send_on(Socket& socket, const Buffers& buffers, int flags, const Target* target,
              const os::ControlBuffer* control) {
  const auto ours = send_flags(socket, static_cast<unsigned>(flags));
  if (!ours) return refused(WsaError::operation_not_supported);
  if (has_messages(socket)) return send_message(socket, buffers, *ours, target, control);
  // A stream has its peer: the target does not count.
  return send_through(socket, buffers.size(),
                      [&, fd = socket.fd()](std::size_t done, unsigned more) {
                        return buffers.send(fd, done, *ours | more, nullptr);
                      });
}

/// As send_on; notes for a selection if there was less room than wanted.
Count send_watched(Socket& socket, const Buffers& buffers, int flags, const Target* target,
                   const os::ControlBuffer* control = nullptr) {
  const Count sent = send_on(socket, buffers, flags, target, control);
  const bool found_room = sent ? *sent >= buffers.size() : sent.error() != WsaError::would_block;
  if (!found_room) [[unlikely]]
    found_no_room(socket, FD_WRITE);
  return sent;
}

Count send_plain(SOCKET handle, const char* from, int size, int flags, const Target* target) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return refused(refusal);
  }
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return refused(WsaError::not_a_socket);
  if (size < 0 || (!from && size != 0)) return refused(WsaError::fault);  // K-142
  const Buffers buffers{const_cast<char*>(from), static_cast<std::size_t>(size)};
  return send_watched(*socket, buffers, flags, target);
}

/// A WSASend or WSASendTo as the program made it.
struct SendCall {
  SOCKET handle;
  SendRequest what;
};

WsaError send_overlapped(Socket& socket, const SendRequest& request, const Target* target) {
  if (request.sent && !can_store(request.sent)) return WsaError::fault;
  const auto flags = send_flags(socket, request.flags);
  if (!flags) return WsaError::operation_not_supported;
  os::SocketAddress address;
  const bool named = target && target->name && has_messages(socket);
  if (named) {
    const WsaError bad = take_destination(socket, target->name, target->size, address);
    if (bad != WsaError::none) return bad;
  }
  std::uint32_t sent = 0;
  const WsaError answer = start_send(
      socket, {request.buffers, request.count, *flags, named ? &address : nullptr, request.control},
      request.notice, sent);
  if (answer == WsaError::destination_required && !target) return WsaError::not_connected;
  if (answer == WsaError::none && request.sent)
    static_cast<void>(os::store_program(request.sent, DWORD{sent}));
  return answer;
}

WsaError send_buffers(const SendCall& request, const Target* target) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{request.handle};
  Socket* const socket = entered.socket();
  return socket ? send_request(*socket, request.what, target) : WsaError::not_a_socket;
}

}  // namespace

WsaError send_request(Socket& socket, const SendRequest& request, const Target* target) {
  if (is_overlapped(socket, request.notice.overlapped)) {
    return send_overlapped(socket, request, target);
  }
  if (!are_good_buffers(request.buffers, request.count) || !can_store(request.sent)) {
    return WsaError::fault;
  }
  if (request.count == 0) return WsaError::invalid_argument;
  if (lacks_memory(request.buffers, request.count)) return WsaError::fault;
  const Buffers buffers{request.buffers, request.count};
  const Count sent =
      send_watched(socket, buffers, static_cast<int>(request.flags), target, request.control);
  if (!sent) return sent.error();
  return os::store_program(request.sent, static_cast<DWORD>(*sent)) ? WsaError::none
                                                                    : WsaError::fault;
}

}  // namespace wsalive::winsock

int send(SOCKET s, const char* buf, int len, int flags) {
  using namespace wsalive::winsock;
  return finish_count(send_plain(s, buf, len, flags, nullptr));
}

int sendto(SOCKET s, const char* buf, int len, int flags, const struct sockaddr* to, int tolen) {
  using namespace wsalive::winsock;
  const Target target{to, tolen};
  return finish_count(send_plain(s, buf, len, flags, &target));
}

int WSASend(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent,
            DWORD dwFlags, LPWSAOVERLAPPED lpOverlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  using namespace wsalive::winsock;
  return finish(send_buffers({s,
                              {lpBuffers,
                               dwBufferCount,
                               lpNumberOfBytesSent,
                               dwFlags,
                               {lpOverlapped, lpCompletionRoutine}}},
                             nullptr));
}

int WSASendTo(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent,
              DWORD dwFlags, const struct sockaddr* lpTo, int iTolen, LPWSAOVERLAPPED lpOverlapped,
              LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  using namespace wsalive::winsock;
  const Target target{lpTo, iTolen};
  return finish(send_buffers({s,
                              {lpBuffers,
                               dwBufferCount,
                               lpNumberOfBytesSent,
                               dwFlags,
                               {lpOverlapped, lpCompletionRoutine}}},
                             &target));
}

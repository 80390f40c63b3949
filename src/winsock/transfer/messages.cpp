// WSARecvMsg and WSASendMsg: messages with control data, on datagram and raw sockets.

#include "winsock/transfer/messages.hpp"

#include <algorithm>

#include "mswsock.h"

#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/options/ip_options.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

DWORD destination_flags(os::ControlItems& items) noexcept {
  DWORD flags = 0;
  for (const os::ControlItem& item : items) {
    if (item.broadcast) flags |= MSG_BCAST;
    if (item.is_multicast()) flags |= MSG_MCAST;
  }
  return flags;
}

/// A WSARecvMsg as the program made it.
struct MessageCall {
  SOCKET handle;
  WSAMSG* message;
  DWORD* received;
  Notice notice;
};

/// Checks the program's structure, and its memory that will be written to.
WsaError take_message(const MessageCall& request, const Socket& socket, WSAMSG& message) {
  if (!can_store(request.message) || !os::load_program(request.message, message)) {
    return WsaError::fault;
  }
  const bool overlapped = is_overlapped(socket, request.notice.overlapped);
  const bool needs_count = !overlapped || request.received;
  if (needs_count && !can_store(request.received)) return WsaError::fault;
  if (message.Control.len == 0) return WsaError::none;
  const std::size_t room = std::min<std::size_t>(message.Control.len, os::ControlBuffer::kRoom);
  return os::is_on_stack(message.Control.buf, room) || os::is_writable(message.Control.buf, room)
             ? WsaError::none
             : WsaError::fault;
}

WsaError receive_now(Socket& socket, const MessageCall& request, const WSAMSG& message,
                     unsigned flags) {
  if (const WsaError bad = check_buffers(message.lpBuffers, message.dwBufferCount);
      bad != WsaError::none) {
    return bad;
  }
  AddressOutlet from{message.name, &request.message->namelen};
  if (const WsaError bad = from.check(socket); bad != WsaError::none) return bad;
  const Buffers buffers{message.lpBuffers, message.dwBufferCount};
  os::SocketAddress sender;
  os::ControlBuffer control;
  const Count whole =
      receive_through(socket, buffers.size(), Fill::some, [&](std::size_t done, unsigned more) {
        return buffers.receive(socket.fd(), done, flags | more | os::kTellLength,
                               from.is_wanted() ? &sender : nullptr, &control);
      });
  if (!whole) return whole.error();
  static_cast<void>(from.give(sender));  // Its memory was good before the call.
  const auto bytes = static_cast<DWORD>(std::min(*whole, buffers.size()));
  const bool stored = os::store_program(request.received, bytes);
  const WsaError end = finish_message(socket, request.message, control, {*whole, buffers.size()});
  return stored ? end : WsaError::fault;
}

WsaError receive_later(Socket& socket, const MessageCall& request, const WSAMSG& message,
                       unsigned flags) {
  if ((flags & os::kPeek) != 0) return WsaError::operation_not_supported;
  std::uint32_t received = 0;
  const WsaError answer = start_receive(socket,
                                        {.buffers = message.lpBuffers,
                                         .count = message.dwBufferCount,
                                         .flags = flags,
                                         .name = message.name,
                                         .name_size = &request.message->namelen,
                                         .message = request.message},
                                        request.notice, received);
  if (answer == WsaError::none && request.received) {
    static_cast<void>(os::store_program(request.received, DWORD{received}));
  }
  return answer;
}

WsaError receive_call(const MessageCall& request) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{request.handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  WSAMSG message;
  if (const WsaError bad = take_message(request, *socket, message); bad != WsaError::none) {
    return bad;
  }
  if (!has_messages(*socket)) return WsaError::invalid_argument;
  const auto flags = receive_flags(*socket, message.dwFlags);
  if (!flags) return WsaError::operation_not_supported;
  const Enabling enabling{*socket, FD_READ | FD_OOB};
  ask_for_destination(*socket);
  return is_overlapped(*socket, request.notice.overlapped)
             ? receive_later(*socket, request, message, *flags)
             : receive_now(*socket, request, message, *flags);
}

WsaError send_call(SOCKET handle, const WSAMSG* given, SendRequest request) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  WSAMSG message;
  if (!os::load_program(given, message)) return WsaError::fault;
  if (!has_messages(*socket)) return WsaError::invalid_argument;
  os::ControlItems items;
  if (const WsaError bad = take_control(*socket, message.Control, items); bad != WsaError::none) {
    return bad;
  }
  os::ControlBuffer control;
  os::write_control(items, control);
  request.buffers = message.lpBuffers;
  request.count = message.dwBufferCount;
  request.control = items.empty() ? nullptr : &control;
  const Target target{message.name, message.namelen};
  return send_request(*socket, request, message.name ? &target : nullptr);
}

}  // namespace

WsaError finish_message(const Socket& socket, WSAMSG* message, const os::ControlBuffer& control,
                        MessageSize size) noexcept {
  WSABUF room;
  if (!os::load_program(&message->Control, room)) return WsaError::fault;
  os::ControlItems items = os::read_control(control);
  const GivenControl given = give_control(socket, items, room);
  DWORD flags = destination_flags(items);
  if (size.whole > size.room) flags |= MSG_TRUNC;
  if (given.cut) flags |= MSG_CTRUNC;
  const bool stored = os::store_program(&message->Control.len, ULONG{given.size}) &&
                      os::store_program(&message->dwFlags, ULONG{flags});
  if ((flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return WsaError::message_size;
  return stored ? WsaError::none : WsaError::fault;
}

INT receive_msg(SOCKET s, LPWSAMSG lpMsg, LPDWORD lpdwNumberOfBytesRecvd,
                LPWSAOVERLAPPED lpOverlapped,
                LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  return finish(
      receive_call({s, lpMsg, lpdwNumberOfBytesRecvd, {lpOverlapped, lpCompletionRoutine}}));
}

}  // namespace wsalive::winsock

INT WSASendMsg(SOCKET Handle, LPWSAMSG lpMsg, DWORD dwFlags, LPDWORD lpNumberOfBytesSent,
               LPWSAOVERLAPPED lpOverlapped,
               LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  using namespace wsalive::winsock;
  return finish(send_call(Handle, lpMsg,
                          {.buffers = nullptr,
                           .count = 0,
                           .sent = lpNumberOfBytesSent,
                           .flags = dwFlags,
                           .notice = {lpOverlapped, lpCompletionRoutine}}));
}

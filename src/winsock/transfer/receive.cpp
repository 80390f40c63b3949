// recv, recvfrom, WSARecv, WSARecvFrom: one system call with the program's own pointers, which the
// kernel's copy checks. The sender's address is written last, but its place is checked first.

#include "winsock2.h"

#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/buffers.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

Fill fill_of(unsigned flags) { return (flags & os::kWaitAll) != 0 ? Fill::all : Fill::some; }

/// A message that is longer than the buffer has filled it, and is an error (WSAEMSGSIZE).
Count receive_message(Socket& socket, const Buffers& buffers, unsigned flags, AddressOutlet& from) {
  if (const WsaError bad = from.check(socket); bad != WsaError::none) return refused(bad);
  if (buffers.count() > Buffers::kMost) return refused(WsaError::message_size);
  os::SocketAddress sender;
  const Count whole =
      receive_through(socket, buffers.size(), Fill::some, [&](std::size_t done, unsigned more) {
        return buffers.receive(socket.fd(), done, flags | more | os::kTellLength,
                               from.is_wanted() ? &sender : nullptr);
      });
  if (!whole) return whole;
  // The memory was good before the call. If another thread has unmapped it meanwhile, only the address is lost.
  static_cast<void>(from.give(sender));
  return *whole > buffers.size() ? refused(WsaError::message_size) : whole;
}

Count receive_on(Socket& socket, const Buffers& buffers, unsigned flags, AddressOutlet from) {
  const auto ours = receive_flags(socket, flags);
  if (!ours) return refused(WsaError::operation_not_supported);
  if (has_messages(socket)) return receive_message(socket, buffers, *ours, from);
  // A stream has one sender: `from` does not count.
  return receive_through(socket, buffers.size(), fill_of(*ours),
                         [&, fd = socket.fd()](std::size_t done, unsigned more) {
                           return buffers.receive(fd, done, *ours | more, nullptr);
                         });
}

Count receive_plain(SOCKET handle, char* to, int size, int flags, AddressOutlet from) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return refused(refusal);
  }
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return refused(WsaError::not_a_socket);
  const Enabling enabling{*socket, FD_READ | FD_OOB};
  if (size < 0 || (!to && size != 0)) return refused(WsaError::fault);  // K-142
  const Buffers buffers{to, static_cast<std::size_t>(size)};
  return receive_on(*socket, buffers, static_cast<unsigned>(flags), from);
}

/// The place for the sender's address.
struct SenderName {
  sockaddr* name = nullptr;
  int* size = nullptr;
};

/// A WSARecv or WSARecvFrom as the program made it.
struct ReceiveCall {
  SOCKET handle;
  WSABUF* buffers;
  DWORD count;
  DWORD* received;
  DWORD* flags;
  Notice notice;
};

/// What the two outputs become: a message that was cut says so in the flags.
WsaError report(const ReceiveCall& request, const Count& count, DWORD room) {
  const bool cut = !count && count.error() == WsaError::message_size;
  if (!count && !cut) return count.error();
  const DWORD received = cut ? room : static_cast<DWORD>(*count);
  const bool stored = os::store_program(request.received, received) &&
                      os::store_program(request.flags, cut ? DWORD{MSG_PARTIAL} : DWORD{0});
  if (cut) return WsaError::message_size;
  return stored ? WsaError::none : WsaError::fault;
}

WsaError receive_overlapped(Socket& socket, const ReceiveCall& request, const SenderName& from) {
  DWORD flags = 0;
  if (request.received && !can_store(request.received)) return WsaError::fault;
  if (!can_store(request.flags) || !os::load_program(request.flags, flags)) return WsaError::fault;
  const auto ours = receive_flags(socket, flags);
  if (!ours) return WsaError::operation_not_supported;
  std::uint32_t received = 0;
  const WsaError answer =
      start_receive(socket, {request.buffers, request.count, *ours, from.name, from.size},
                    request.notice, received);
  if (answer != WsaError::none) return answer;
  static_cast<void>(os::store_program(request.flags, DWORD{0}));
  if (request.received) static_cast<void>(os::store_program(request.received, DWORD{received}));
  return WsaError::none;
}

WsaError receive_buffers(const ReceiveCall& request, const SenderName& from) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{request.handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  const Enabling enabling{*socket, FD_READ | FD_OOB};
  if (is_overlapped(*socket, request.notice.overlapped)) {
    return receive_overlapped(*socket, request, from);
  }
  DWORD flags = 0;
  if (!are_good_buffers(request.buffers, request.count) || !can_store(request.received) ||
      !can_store(request.flags) || !os::load_program(request.flags, flags)) {
    return WsaError::fault;
  }
  if (request.count == 0) return WsaError::invalid_argument;
  if (lacks_memory(request.buffers, request.count)) return WsaError::fault;
  const Buffers buffers{request.buffers, request.count};
  const Count count = receive_on(*socket, buffers, flags, {from.name, from.size});
  return report(request, count, static_cast<DWORD>(buffers.size()));
}

}  // namespace
}  // namespace wsalive::winsock

int recv(SOCKET s, char* buf, int len, int flags) {
  using namespace wsalive::winsock;
  return finish_count(receive_plain(s, buf, len, flags, {nullptr, nullptr}));
}

int recvfrom(SOCKET s, char* buf, int len, int flags, struct sockaddr* from, int* fromlen) {
  using namespace wsalive::winsock;
  return finish_count(receive_plain(s, buf, len, flags, {from, fromlen}));
}

int WSARecv(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd,
            LPDWORD lpFlags, LPWSAOVERLAPPED lpOverlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  using namespace wsalive::winsock;
  return finish(receive_buffers({s,
                                 lpBuffers,
                                 dwBufferCount,
                                 lpNumberOfBytesRecvd,
                                 lpFlags,
                                 {lpOverlapped, lpCompletionRoutine}},
                                {nullptr, nullptr}));
}

int WSARecvFrom(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd,
                LPDWORD lpFlags, struct sockaddr* lpFrom, LPINT lpFromlen,
                LPWSAOVERLAPPED lpOverlapped,
                LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  using namespace wsalive::winsock;
  return finish(receive_buffers({s,
                                 lpBuffers,
                                 dwBufferCount,
                                 lpNumberOfBytesRecvd,
                                 lpFlags,
                                 {lpOverlapped, lpCompletionRoutine}},
                                {lpFrom, lpFromlen}));
}

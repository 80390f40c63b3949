// AcceptEx and GetAcceptExSockaddrs.
//
// The kernel makes an accepted connection a new descriptor; the program has chosen the socket beforehand. So the
// connection takes the place of that socket's kernel object, under the same number. That is done without the
// listener's lock: the operation leaves its queue as soon as it has its connection, and ends, or waits
// for the first data, with the accepting socket.

#include "mswsock.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/engine.hpp"
#include "os/errno_table.hpp"
#include "os/memory/program_memory.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/socket/socket_option.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/options/retransmission.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

/// Microsoft requires room for an address and 16 bytes more.
constexpr std::uint32_t kBeside = 16;

void clear_pending(Socket& accepting) {
  accepting.options.bits.fetch_and(static_cast<std::uint8_t>(~kAcceptPending),
                                   std::memory_order_relaxed);
}

void free_accepting(Operation& operation, Socket& /*listener*/) noexcept {
  if (Socket* const accepting = Socket::find(operation.extra.accept_socket)) {
    clear_pending(*accepting);
  }
}

int take_connection(Socket& listener) {
  if (Fd deferred = take_deferred(listener)) return deferred.release();
  for (;;) {
    const int fd = os::accept_on(listener.fd(), os::Blocking::yes, nullptr);
    if (fd != -EINTR && fd != -ECONNABORTED) return fd;
  }
}

Progress attempt_accept(Operation& operation, Socket& listener, Outcome& outcome) {
  const int fd = take_connection(listener);
  if (fd == -EAGAIN) return Progress::waits;
  if (fd < 0) {
    free_accepting(operation, listener);
    return failed(listener, outcome, os::wsa_error(-fd));
  }
  operation.extra.connection = fd;
  return Progress::moves;
}

/// Puts one address into its part of the program's buffer.
void put_name(int fd, os::End end, char* to, std::uint32_t room) {
  os::SocketAddress name;
  if (room == 0 || os::name_of(fd, end, name) != 0) return;
  to_windows(name);
  static_cast<void>(os::write_program(to, name.bytes.data(), std::min(room, name.size)));
}

/// The accepting socket keeps its own keep-alive until SO_UPDATE_ACCEPT_CONTEXT (K-41), but its new kernel socket has inherited
/// the listener's.
void become_connection(Socket& accepting, int connection) {
  runtime().engine().moves(accepting.fd());
  if (accepting.non_blocking.load(std::memory_order_relaxed)) {
    static_cast<void>(os::set_blocking(connection, os::Blocking::no));
  }
  os::replace_socket(accepting.fd(), connection);
  static_cast<void>(os::set_int(accepting.fd(), os::Option::keep_alive, 0));
  apply_limit(accepting);
  accepting.bound.store(true, std::memory_order_relaxed);
  accepting.reusable.store(false, std::memory_order_relaxed);
  accepting.by_accept.store(true, std::memory_order_relaxed);
  accepting.phase.store(Phase::connecting, std::memory_order_release);
  become_connected(accepting);
  becomes_another(accepting);
}

/// The accepting socket was closed: the connection waits for the listener's next accept.
void give_connection_up(Operation& operation, int connection) {
  Fd owned{connection};
  if (const Socket* const listener = Socket::find(operation.extra.listener)) {
    static_cast<void>(defer(*listener, std::move(owned)));
  }
  tell(operation, {kCancelled, 0});
}

void end_accept(Operation& operation) noexcept {
  const Handle handle = operation.extra.accept_socket;
  Socket* const accepting = Socket::find(handle);
  Channel* const channel = accepting ? accepting->channel.load() : nullptr;
  const int connection = operation.extra.connection;
  const bool lives = channel && channel->while_open(handle, [&] {
    become_connection(*accepting, connection);
    clear_pending(*accepting);
  });
  if (!lives) return give_connection_up(operation, connection);
  const Extra& extra = operation.extra;
  char* const names = extra.output + extra.receive_size;
  put_name(accepting->fd(), os::End::own, names, extra.local_size);
  put_name(accepting->fd(), os::End::peer, names + extra.local_size, extra.remote_size);
  operation.on_cancel = nullptr;
  if (extra.receive_size == 0) return tell(operation, {kSuccess, 0});
  operation.attempt = attempt_stream_receive;
  if (!channel->take_over(operation, handle)) tell(operation, {kCancelled, 0});
}

/// An AcceptEx as the program made it.
struct AcceptExCall {
  SOCKET listener;
  SOCKET accepting;
  void* output;
  DWORD receive_size;
  DWORD local_size;
  DWORD remote_size;
  DWORD* received;
  OVERLAPPED* overlapped;
};

constexpr std::size_t kAtOnce = 65'536;

bool is_writable(char* at, std::size_t size) {
  for (; size > kAtOnce; size -= kAtOnce, at += kAtOnce) {
    if (!os::is_writable(at, kAtOnce)) return false;
  }
  return os::is_writable(at, size);
}

/// Programs usually keep both in one structure: then one check is enough.
bool can_store_both(void* output, std::size_t size, OVERLAPPED* overlapped) {
  if (size <= kAtOnce && !os::is_on_stack(overlapped, sizeof *overlapped)) {
    return os::are_writable(output, size, overlapped, sizeof *overlapped);
  }
  return is_writable(static_cast<char*>(output), size) && can_store(overlapped);
}

WsaError check_memory(const Socket& listener, const AcceptExCall& request) {
  const std::uint32_t least = os::socket_address_size(listener.traits().family) + kBeside;
  if (request.remote_size < least) return WsaError::fault;
  if (request.local_size != 0 && request.local_size < least) return WsaError::fault;
  const std::size_t size =
      std::size_t{request.receive_size} + request.local_size + request.remote_size;
  if (!can_store_both(request.output, size, request.overlapped)) return WsaError::fault;
  return request.received && !can_store(request.received) ? WsaError::fault : WsaError::none;
}

WsaError reserve(const Socket& listener, Socket& accepting) {
  const bool alike = accepting.traits().kind == listener.traits().kind &&
                     accepting.traits().family == listener.traits().family;
  const bool unused = accepting.phase.load(std::memory_order_acquire) == Phase::fresh &&
                      (!accepting.bound.load(std::memory_order_relaxed) ||
                       accepting.reusable.load(std::memory_order_relaxed));
  if (!alike || !unused) return WsaError::invalid_argument;
  const auto before = accepting.options.bits.fetch_or(kAcceptPending);
  if ((before & kAcceptPending) != 0) return WsaError::invalid_argument;
  if (accepting.phase.load() == Phase::fresh) return WsaError::none;
  clear_pending(accepting);  // A connect was first, which checks in the other order.
  return WsaError::invalid_argument;
}

WsaError start(Socket& listener, Socket& accepting, const AcceptExCall& request) {
  Channel& channel = Channel::of(listener);
  static_cast<void>(Channel::of(accepting));
  Operation& operation = take_operation();
  if (const WsaError bad = reserve(listener, accepting); bad != WsaError::none) {
    give_back(operation);
    return bad;
  }
  operation.attempt = attempt_accept;
  operation.move_on = end_accept;
  operation.on_cancel = free_accepting;
  operation.pends = true;
  operation.direction = os::Direction::receive;
  operation.data = Buffers{request.output, std::size_t{request.receive_size}};
  operation.extra.accept_socket = request.accepting;
  operation.extra.listener = request.listener;
  operation.extra.output = static_cast<char*>(request.output);
  operation.extra.receive_size = request.receive_size;
  operation.extra.local_size = request.local_size;
  operation.extra.remote_size = request.remote_size;
  if (request.receive_size != 0) channel.has_moved.store(true);
  std::uint32_t bytes = 0;
  const WsaError answer = start_operation(listener, operation, {request.overlapped}, bytes);
  if (answer != WsaError::none && answer != WsaError::io_pending) clear_pending(accepting);
  return answer;
}

WsaError accept_ex_call(const AcceptExCall& request) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{request.listener};
  Socket* const listener = entered.socket();
  const Entered also_entered{request.accepting};
  Socket* const accepting = also_entered.socket();
  if (!listener || !accepting) return WsaError::not_a_socket;
  const Enabling enabling{*listener, FD_ACCEPT};
  if (!request.overlapped) return WsaError::invalid_parameter;
  if (listener->phase.load(std::memory_order_acquire) != Phase::listening) {
    return WsaError::invalid_argument;
  }
  if (const WsaError bad = check_memory(*listener, request); bad != WsaError::none) return bad;
  if (const WsaError bad = stop_blocking(*listener); bad != WsaError::none) return bad;
  return start(*listener, *accepting, request);
}

/// 0 where nothing can be read.
int size_of_name(const char* name) {
  std::array<char, sizeof(u_short)> octets{};
  if (!os::read_program(name, octets.data(), octets.size())) return 0;
  u_short family = 0;
  std::memcpy(&family, octets.data(), sizeof family);
  return static_cast<int>(os::socket_address_size(family_of_windows(family)));
}

/// Gives a name of AcceptEx's output. The function has no way to fail: what cannot be stored is left out.
void tell_name(char* name, DWORD room, struct sockaddr** place, INT* size) {
  static_cast<void>(os::store_program(place, reinterpret_cast<struct sockaddr*>(name)));
  static_cast<void>(os::store_program(size, INT{room != 0 ? size_of_name(name) : 0}));
}

}  // namespace
}  // namespace wsalive::winsock

BOOL AcceptEx(SOCKET sListenSocket, SOCKET sAcceptSocket, PVOID lpOutputBuffer,
              DWORD dwReceiveDataLength, DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength,
              LPDWORD lpdwBytesReceived, LPOVERLAPPED lpOverlapped) {
  using namespace wsalive::winsock;
  return guarded_flag([&] {
    return accept_ex_call({sListenSocket, sAcceptSocket, lpOutputBuffer, dwReceiveDataLength,
                           dwLocalAddressLength, dwRemoteAddressLength, lpdwBytesReceived,
                           lpOverlapped});
  });
}

VOID GetAcceptExSockaddrs(PVOID lpOutputBuffer, DWORD dwReceiveDataLength,
                          DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength,
                          struct sockaddr** LocalSockaddr, LPINT LocalSockaddrLength,
                          struct sockaddr** RemoteSockaddr, LPINT RemoteSockaddrLength) {
  using namespace wsalive::winsock;
  char* const local = static_cast<char*>(lpOutputBuffer) + dwReceiveDataLength;
  char* const remote = local + dwLocalAddressLength;
  tell_name(dwLocalAddressLength != 0 ? local : nullptr, dwLocalAddressLength, LocalSockaddr,
            LocalSockaddrLength);
  tell_name(remote, dwRemoteAddressLength, RemoteSockaddr, RemoteSockaddrLength);
}

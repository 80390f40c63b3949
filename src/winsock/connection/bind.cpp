// bind and listen, with Windows' rules for sharing a port (K-114).
//
// Linux and Windows mean different things by SO_REUSEADDR. The library uses the kernel's flag itself:
//
// - Without options a bind is strict. If the port is taken, a second try with the kernel's SO_REUSEADDR succeeds
//   if only connections in TIME_WAIT hold it. That works because a listener sets the flag
//   when it begins to listen: its connections inherit it, a listening socket shares its port with no other listener,
//   and a socket that is only bound does not have it.
// - With SO_REUSEADDR a socket may join another one on its port, by the kernel's SO_REUSEPORT, which every
//   listener that is not exclusive has too. A refusal is WSAEACCES.
// - With SO_EXCLUSIVEADDRUSE a bind is strict and sets nothing: not even its old connections share.

#include "winsock2.h"

#include <cerrno>
#include <climits>

#include "os/errno_table.hpp"
#include "os/socket/socket_calls.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/overlapped/extension_functions.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

bool has(const Socket& socket, OptionBit bit) {
  return (socket.options.bits.load(std::memory_order_relaxed) & bit) != 0;
}

bool is_stream(const Socket& socket) { return socket.traits().kind == Kind::tcp; }

/// The second try, for a port that only connections in TIME_WAIT hold.
int bind_over_ended(int fd, const os::SocketAddress& address) {
  os::share_with_ended(fd, os::Share::yes);
  const int result = os::bind_socket(fd, address);
  os::share_with_ended(fd, os::Share::no);
  return result;
}

WsaError bind_shared(const Socket& socket, const os::SocketAddress& address) {
  os::share_with_live(socket.fd(), os::Share::yes);
  const int result = os::bind_socket(socket.fd(), address);
  if (result == 0) return WsaError::none;
  os::share_with_live(socket.fd(), os::Share::no);
  return result == -EADDRINUSE ? WsaError::access_denied : os::wsa_error(-result);
}

WsaError bind_by_rules(const Socket& socket, const os::SocketAddress& address) {
  if (has(socket, kReuseAddress)) return bind_shared(socket, address);
  int result = os::bind_socket(socket.fd(), address);
  if (result == -EADDRINUSE && is_stream(socket) && !has(socket, kExclusiveAddress)) {
    result = bind_over_ended(socket.fd(), address);
  }
  return os::wsa_error(-result);
}

WsaError bind_call(SOCKET handle, const sockaddr* name, int size) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  os::SocketAddress address;
  if (const WsaError bad = take_address(*socket, name, size, address); bad != WsaError::none) {
    return bad;
  }
  if (socket->bound.load(std::memory_order_relaxed)) return WsaError::invalid_argument;
  const WsaError result = bind_by_rules(*socket, address);
  if (result != WsaError::none) return result;
  socket->bound.store(true, std::memory_order_relaxed);
  // A datagram socket never listens, so it sets the flags that let others share at once.
  const bool grants = has_messages(*socket) && !has(*socket, kExclusiveAddress);
  if (grants) os::share_with_live(socket->fd(), os::Share::yes);
  return WsaError::none;
}

/// SOMAXCONN_HINT(n) is -n. The kernel lowers a number above its own limit.
int backlog_of(int asked) { return asked < 0 ? (asked == INT_MIN ? INT_MAX : -asked) : asked; }

WsaError listen_call(SOCKET handle, int backlog) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  const Kind kind = socket->traits().kind;
  if (kind != Kind::tcp && kind != Kind::local_stream) return WsaError::operation_not_supported;
  const Phase phase = settle_phase(*socket);
  if (phase == Phase::connected) return WsaError::is_connected;
  if (phase == Phase::listening) return WsaError::none;  // The backlog stays.  K-147
  if (phase == Phase::connecting || waits_for_accept(*socket) ||
      !socket->bound.load(std::memory_order_relaxed)) {
    return WsaError::invalid_argument;
  }
  if (is_stream(*socket) && !has(*socket, kExclusiveAddress)) {
    os::share_with_ended(socket->fd(), os::Share::yes);
    os::share_with_live(socket->fd(), os::Share::yes);
  }
  const int result = os::listen_on(socket->fd(), backlog_of(backlog));
  if (result != 0) return os::wsa_error(-result);
  socket->phase.store(Phase::listening, std::memory_order_release);
  observe_if_selected(*socket);
  return WsaError::none;
}

}  // namespace
}  // namespace wsalive::winsock

int bind(SOCKET s, const struct sockaddr* name, int namelen) {
  using namespace wsalive::winsock;
  return finish_and_clear(bind_call(s, name, namelen));
}

int listen(SOCKET s, int backlog) {
  using namespace wsalive::winsock;
  return finish(listen_call(s, backlog));
}

// getsockname and getpeername.

namespace wsalive::winsock {
namespace {

WsaError own_name(Socket& socket, os::SocketAddress& name) {
  // A socket has no name before bind, connect or its first datagram; Linux would say 0.0.0.0:0.
  const bool named = socket.bound.load(std::memory_order_relaxed) ||
                     socket.phase.load(std::memory_order_acquire) != Phase::fresh;
  if (!named) return WsaError::invalid_argument;
  return os::wsa_error(-os::name_of(socket.fd(), os::End::own, name));
}

WsaError peer_name(Socket& socket, os::SocketAddress& name) {
  if (lacks_context(socket)) return WsaError::not_connected;  // K-34, K-115
  if (settle_phase(socket) == Phase::connecting) {
    socket.peer.load(name);  // K-115; Linux knows no peer before the handshake.
    return WsaError::none;
  }
  return os::wsa_error(-os::name_of(socket.fd(), os::End::peer, name));
}

template <typename Find>
WsaError name_call(SOCKET handle, sockaddr* name, int* size, Find find) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  AddressOutlet outlet{name, size};
  if (!outlet.is_wanted()) return WsaError::fault;
  if (const WsaError bad = outlet.check(*socket); bad != WsaError::none) return bad;
  os::SocketAddress found;
  if (const WsaError refused = find(*socket, found); refused != WsaError::none) return refused;
  return outlet.give(found);
}

}  // namespace
}  // namespace wsalive::winsock

int getsockname(SOCKET s, struct sockaddr* name, int* namelen) {
  using namespace wsalive::winsock;
  return finish(name_call(s, name, namelen, own_name));
}

int getpeername(SOCKET s, struct sockaddr* name, int* namelen) {
  using namespace wsalive::winsock;
  return finish(name_call(s, name, namelen, peer_name));
}

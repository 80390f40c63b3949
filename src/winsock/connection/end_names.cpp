// getsockname and getpeername.

#include "winsock2.h"

#include "os/errno_table.hpp"
#include "os/socket/socket_calls.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/connecting.hpp"
#include "winsock/entered.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/overlapped/connect_ex.hpp"
#include "winsock/runtime.hpp"

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

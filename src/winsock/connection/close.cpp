#include "winsock/connection/close.hpp"

#include "winsock2.h"

#include "engine/engine.hpp"
#include "os/socket/socket_calls.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/deferred_accepts.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/overlapped/cancel.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

WsaError close_call(SOCKET handle) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  Socket* const socket = Socket::find(handle);
  return socket && close_now(*socket) ? WsaError::none : WsaError::not_a_socket;
}

}  // namespace

bool close_now(Socket& socket) noexcept {
  if (!socket.begin_closing()) return false;
  end_calls_on(socket);
  const int fd = socket.fd();
  if (Channel* const channel = socket.channel.load(std::memory_order_acquire)) {
    if ((socket.options.bits.load(std::memory_order_acquire) & kAcceptPending) != 0) {
      cancel_accepts_into(socket);
    }
    if (channel->has_moved.load()) static_cast<void>(cancel_any(socket, nullptr));
    channel->close();
  }
  end_selection(socket);
  drop_deferred(socket);
  if (socket.is_tcp()) runtime().engine().forget(fd);
  // The entry first: the number may be another thread's new socket as soon as it is closed.
  socket.release();
  os::close_socket(fd);
  return true;
}

}  // namespace wsalive::winsock

int closesocket(SOCKET s) { return wsalive::winsock::finish(wsalive::winsock::close_call(s)); }

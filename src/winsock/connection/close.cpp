#include "winsock/connection/connection.hpp"

#include "winsock2.h"

#include <array>
#include <cerrno>

#include "engine/engine.hpp"
#include "os/errno_table.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/socket/socket_io.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/extension_functions.hpp"
#include "winsock/overlapped/operation_end.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/transfer.hpp"

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
  // The entry first: once the number is closed, another thread may get it for a new socket.
  socket.release();
  os::close_socket(fd);
  return true;
}

}  // namespace wsalive::winsock

int closesocket(SOCKET s) { return wsalive::winsock::finish(wsalive::winsock::close_call(s)); }

// shutdown.

namespace wsalive::winsock {
namespace {

struct How {
  os::Direction direction;
  std::uint8_t bits;
};
// Indexed by SD_RECEIVE, SD_SEND, SD_BOTH.
constexpr std::array kHow{
    How{os::Direction::receive, kShutReceiving},
    How{os::Direction::send, kShutSending},
    How{os::Direction::both, kShutReceiving | kShutSending},
};
static_assert(SD_RECEIVE == 0 && SD_SEND == 1 && SD_BOTH == 2);

WsaError shutdown_call(SOCKET handle, int how) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  if (how < SD_RECEIVE || how > SD_BOTH) return WsaError::invalid_argument;
  const bool messages = has_messages(*socket);
  // Linux would end a pending request or a listener.
  if (!messages && settle_phase(*socket) != Phase::connected) return WsaError::not_connected;
  if (lacks_context(*socket)) return WsaError::not_connected;  // K-34

  const How& what = kHow[static_cast<std::size_t>(how)];
  // Noted first, because a call that the kernel ends reads the reason there.
  const std::uint8_t before = socket->shut.fetch_or(what.bits, std::memory_order_acq_rel);
  const int result = os::shut_down(socket->fd(), what.direction);
  // Linux knows a datagram socket without a peer as not connected; Windows shuts it down.
  if (result == 0 || (messages && result == -ENOTCONN)) return WsaError::none;
  socket->shut.store(before, std::memory_order_release);
  return os::wsa_error(-result);
}

}  // namespace
}  // namespace wsalive::winsock

int shutdown(SOCKET s, int how) {
  using namespace wsalive::winsock;
  return finish_and_clear(shutdown_call(s, how));
}

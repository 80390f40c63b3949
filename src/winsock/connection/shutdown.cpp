// shutdown.

#include "winsock2.h"

#include <array>
#include <cerrno>

#include "os/errno_table.hpp"
#include "os/socket/socket_io.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/connecting.hpp"
#include "winsock/entered.hpp"
#include "winsock/overlapped/connect_ex.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/transfer.hpp"

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
  // Linux would take a pending request or a listener down.
  if (!messages && settle_phase(*socket) != Phase::connected) return WsaError::not_connected;
  if (lacks_context(*socket)) return WsaError::not_connected;  // K-34

  const How& what = kHow[static_cast<std::size_t>(how)];
  // Noted first: a call that the kernel ends must find the reason.
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

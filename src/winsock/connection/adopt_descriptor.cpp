// wsalive_adopt and wsalive_fd: descriptors become sockets, and the other way round.

#include "winsock2.h"

#include <array>

#include "os/errno_table.hpp"
#include "os/socket/describe_socket.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/adopt_descriptor.hpp"
#include "winsock/connection/connecting.hpp"
#include "winsock/connection/create.hpp"
#include "winsock/entered.hpp"
#include "winsock/names/sockaddr.hpp"
#include "winsock/options/control_options.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/transfer.hpp"
#include "wsalive_ext.h"

namespace wsalive::winsock {
namespace {

Kind kind_of(const os::SocketDescription& what) {
  if (!what.type_known) return Kind::other;
  const bool internet = what.family == Family::ipv4 || what.family == Family::ipv6;
  switch (what.type) {
    case os::SocketType::stream:
      if (what.family == Family::local) return Kind::local_stream;
      return internet && what.protocol == IPPROTO_TCP ? Kind::tcp : Kind::other;
    case os::SocketType::datagram:
      return internet && what.protocol == IPPROTO_UDP ? Kind::udp : Kind::other;
    case os::SocketType::raw:
      return internet ? Kind::raw : Kind::other;
  }
  return Kind::other;
}

Traits traits_of(const os::SocketDescription& what) {
  constexpr std::array kTypes{SOCK_STREAM, SOCK_DGRAM, SOCK_RAW};
  return {.kind = kind_of(what),
          .family = what.family,
          .windows_family = windows_family(what.family),
          .windows_type = kTypes[static_cast<std::size_t>(what.type)],
          .windows_protocol = what.protocol};
}

void take_description(Socket& socket, const os::SocketDescription& what) {
  socket.non_blocking.store(what.blocking == os::Blocking::no, std::memory_order_relaxed);
  socket.bound.store(what.bound || what.connecting, std::memory_order_relaxed);
  if (has_messages(socket)) take_control_switches(socket);
  if (socket.is_tcp()) socket.keep_alive.on.store(what.keep_alive, std::memory_order_relaxed);
  if (what.listening) socket.phase.store(Phase::listening, std::memory_order_release);
  if (what.connected || what.connecting) {
    socket.phase.store(Phase::connecting, std::memory_order_release);
  }
  if (!what.connected) return;
  if (socket.is_tcp()) {
    settle_phase(socket);
  } else {
    socket.phase.store(Phase::connected, std::memory_order_release);
  }
}

}  // namespace

NewSocket adopt_descriptor(int fd) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return tl::unexpected{refusal};
  }
  if (fd >= 0 && Socket::find(static_cast<Handle>(fd))) {
    return tl::unexpected{WsaError::invalid_argument};
  }
  const Result<os::SocketDescription> what = os::describe_socket(fd);
  if (!what) return tl::unexpected{WsaError::not_a_socket};
  const Traits traits = traits_of(*what);
  if (traits.kind == Kind::other) return tl::unexpected{WsaError::family_not_supported};
  Socket* const socket = Socket::open(fd, traits);
  if (!socket) return tl::unexpected{WsaError::too_many_files};
  take_description(*socket, *what);
  return static_cast<Handle>(fd);
}

}  // namespace wsalive::winsock

SOCKET wsalive_adopt(int fd) {
  using namespace wsalive::winsock;
  return finish_handle(adopt_descriptor(fd));
}

int wsalive_fd(SOCKET s) {
  using namespace wsalive;
  using namespace wsalive::winsock;
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return finish(refusal);
  }
  const Entered entered{s};
  return entered.socket() ? entered.socket()->fd() : finish(WsaError::not_a_socket);
}

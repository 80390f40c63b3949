// WSADuplicateSocketA and WSADuplicateSocketW, and what WSASocket does with their structures.

#include "winsock/duplicate/duplicate.hpp"

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <span>
#include <utility>

#include "engine/engine.hpp"
#include "os/errno_table.hpp"
#include "os/memory/program_memory.hpp"
#include "os/process/descriptor_passing.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/entered.hpp"
#include "winsock/names/protocol_catalog.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

/// AF_UNIX has no row in the catalog.
template <typename Info>
Info info_of(const Traits& traits) {
  if (const auto info = protocol_info_of<Info>(traits)) return *info;
  Info info{};
  info.iVersion = 2;
  info.ProtocolChain.ChainLen = BASE_PROTOCOL;
  info.iAddressFamily = traits.windows_family;
  info.iSocketType = traits.windows_type;
  info.iProtocol = traits.windows_protocol;
  return info;
}

WsaError leave(Socket& socket, DWORD process, Ticket& ticket) {
  auto recipient = find_recipient(static_cast<std::int32_t>(process));
  if (!recipient) return recipient.error();
  Duplicate duplicate;
  auto copy = os::duplicate(socket.fd());
  if (!copy) return os::wsa_error(copy.error().code);
  duplicate.socket = std::move(*copy);
  settle_phase(socket);
  duplicate.state = snapshot_of(socket);
  if (socket.is_tcp()) {
    const engine::SharedConnection shared = runtime().engine().share(socket.fd());
    duplicate.state.course = shared.course;
    duplicate.lock_file = shared.lock_file;
  }
  const WsaError refused = offer_to(std::move(*recipient), std::move(duplicate), ticket);
  if (refused == WsaError::none) socket.shared.store(true, std::memory_order_release);
  return refused;
}

template <typename Info>
WsaError duplicate_call(SOCKET handle, DWORD process, Info* place) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  if (!can_store(place)) return WsaError::fault;
  Ticket ticket;
  if (const WsaError bad = leave(*socket, process, ticket); bad != WsaError::none) return bad;
  Info info = info_of<Info>(socket->traits());
  put_ticket(info, ticket);
  return os::store_program(place, info) ? WsaError::none : WsaError::fault;
}

// -- the target ----------------------------------------------------------------------------------

WsaError code_of_line(int error) {
  switch (error) {
    case EAGAIN:
      return WsaError::timed_out;
    case EPERM:
      return WsaError::access_denied;
    case EMFILE:
    case ENFILE:
      return WsaError::too_many_files;
    case ENOMEM:
    case ENOBUFS:
      return WsaError::no_buffers;
    default:
      return WsaError::invalid_argument;  // No process is there, or another one.
  }
}

tl::unexpected<WsaError> line_error(const SysError& error) {
  return tl::unexpected{code_of_line(error.code)};
}

/// What has come, with the lock file if the engine must have it.
struct Received {
  Fd socket;
  Fd lock_file;
  SocketSnapshot state;
};

Fd ask_for_lock_file(int line, const SocketSnapshot& state) {
  const bool needed = runtime().engine().needs_lock_file(state.course);
  auto wish = needed ? LockFileWish::yes : LockFileWish::no;
  const auto bytes = std::as_writable_bytes(std::span{&wish, 1});
  if (!os::pass_message(line, bytes, {}) || !needed) return {};
  auto passed = os::take_message(line, bytes);
  return passed ? std::move(passed->descriptors[0]) : Fd{};
}

tl::expected<Received, WsaError> fetch(const Ticket& ticket) {
  if (auto own = take_own(ticket.token)) {
    return Received{std::move(own->socket), Fd{}, own->state};  // Its lock file is known here.
  }
  const auto line = os::connect_to(ticket.listener, ticket.giver);
  if (!line) return line_error(line.error());
  const Status asked = os::pass_message(line->get(), std::as_bytes(std::span{ticket.token}), {});
  if (!asked) return line_error(asked.error());
  Answer answer;
  auto passed = os::take_message(line->get(), std::as_writable_bytes(std::span{&answer, 1}));
  if (!passed) return line_error(passed.error());
  const bool granted = passed->size == sizeof answer && answer.granted == 1 &&
                       answer.state.is_understood() && passed->descriptors[0];
  if (!granted) return tl::unexpected{WsaError::invalid_argument};
  return Received{std::move(passed->descriptors[0]), ask_for_lock_file(line->get(), answer.state),
                  answer.state};
}

}  // namespace

// One at a time: a lock file that came twice could not be closed without losing its locks.
NewSocket take_duplicate(const Ticket& ticket, DWORD flags) noexcept {
  static constinit std::mutex one_at_a_time;
  const std::lock_guard guard{one_at_a_time};
  auto received = fetch(ticket);
  if (!received) return tl::unexpected{received.error()};
  Traits traits = received->state.traits;
  traits.overlapped = (flags & WSA_FLAG_OVERLAPPED) != 0;
  const NewSocket handle = enter_table(received->socket.release(), traits);
  if (!handle) return handle;
  Socket* const socket = Socket::find(*handle);
  if (!socket) return tl::unexpected{WsaError::not_a_socket};  // Closed by another thread already.
  restore(*socket, received->state);
  if (socket->is_tcp()) {
    runtime().engine().stand_by(socket->fd(), received->state.course,
                                std::move(received->lock_file));
  }
  return handle;
}

}  // namespace wsalive::winsock

int WSADuplicateSocketA(SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOA lpProtocolInfo) {
  using namespace wsalive::winsock;
  return finish(guarded([&] { return duplicate_call(s, dwProcessId, lpProtocolInfo); }));
}
int WSADuplicateSocketW(SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOW lpProtocolInfo) {
  using namespace wsalive::winsock;
  return finish(guarded([&] { return duplicate_call(s, dwProcessId, lpProtocolInfo); }));
}

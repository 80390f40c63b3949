// getsockopt() and setsockopt(): the checks that all options share, in Windows' order, and the search in
// the tables. No option is known here but SO_OPENTYPE, which is the thread's and not a socket's.
//
// The order is part of the contract, since a program can see which error wins: start-up (K-20), a call
// in progress (K-22), the socket (K-23), the level (K-24), the option and the kind of socket (K-25),
// lengths and memory (K-26), the socket's state (K-27, K-28), the host's answer (K-21). Nothing is
// changed before all of them have passed (K-13).

#include <mswsock.h>
#include <winsock2.h>

#include <algorithm>
#include <array>

#include "os/program_memory.hpp"
#include "policy/option_rules.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/option_memory.hpp"
#include "winsock/runtime.hpp"
#include "winsock/tables/option_tables.hpp"

namespace wsalive::winsock {
namespace {

/// The rows of a level; empty for one that has none.
OptionRows rows_of(int level) noexcept {
  switch (level) {
    case SOL_SOCKET:
      return tables::kSocketLevel;
    case IPPROTO_TCP:
      return tables::kTcpLevel;
    case IPPROTO_UDP:
      return tables::kUdpLevel;
    case IPPROTO_IP:
      return tables::kIpLevel;
    case IPPROTO_IPV6:
      return tables::kIpv6Level;
    default:
      return {};
  }
}

/// The socket that a handle means; for SO_OPENTYPE any handle will do (K-23).
Socket* socket_of(const Entered& entered, int level, int name) noexcept {
  static constinit Socket any_handle;
  Socket* const socket = entered.socket();
  const bool for_thread = level == SOL_SOCKET && name == SO_OPENTYPE;
  return socket || !for_thread ? socket : &any_handle;
}

/// The row of an option that the release knows on this kind of socket (K-24, K-25, K-73).
WsaError find_row(const Socket& socket, int level, int name, const OptionRow*& found) noexcept {
  const OptionRows rows = rows_of(level);
  const auto row = std::ranges::lower_bound(rows, name, {}, &OptionRow::name);
  if (row == rows.end() || row->name != name) {
    return policy::is_known_level(level) ? WsaError::unknown_option : WsaError::invalid_argument;
  }
  const bool known = !row->known_to || runtime().release().*(row->known_to);
  if (!known || !row->kinds.contains(socket.traits())) return WsaError::unknown_option;
  found = &*row;
  return WsaError::none;
}

policy::SetVerdict judge_set(const Shape& shape, int given) {
  if (shape.structure == 0) return policy::check_set_size(shape.rule, option_rules(), given);
  const int needed = std::max<int>(shape.structure, 0);
  if (given < needed) return {.error = WsaError::fault};
  return {.bytes = shape.structure > 0 ? needed : given};
}

policy::GetVerdict judge_get(const Shape& shape, int given) {
  if (shape.structure == 0) return policy::check_get_size(shape.rule, option_rules(), given);
  const int needed = std::max<int>(shape.structure, 0);
  if (given < needed) return {.error = WsaError::fault};
  return {.bytes = shape.structure > 0 ? needed : given};
}

WsaError set_option(SOCKET handle, int level, int name, const char* value, int size) {
  if (const WsaError refused = runtime().refusal(); refused != WsaError::none) return refused;
  const Entered entered{handle};
  Socket* const socket = socket_of(entered, level, name);
  if (!socket) return WsaError::not_a_socket;
  const OptionRow* row = nullptr;
  if (const WsaError unknown = find_row(*socket, level, name, row); unknown != WsaError::none) {
    return unknown;
  }
  if (!row->set) return WsaError::unknown_option;
  const policy::SetVerdict verdict = judge_set(row->shape, size);
  if (verdict.error != WsaError::none) return verdict.error;
  return row->set({*socket, *row, value, verdict.bytes});
}

WsaError get_option(SOCKET handle, int level, int name, char* value, int* size) {
  if (const WsaError refused = runtime().refusal(); refused != WsaError::none) return refused;
  const Entered entered{handle};
  Socket* const socket = socket_of(entered, level, name);
  if (!socket) return WsaError::not_a_socket;
  const OptionRow* row = nullptr;
  if (const WsaError unknown = find_row(*socket, level, name, row); unknown != WsaError::none) {
    return unknown;
  }
  if (!row->get) return WsaError::unknown_option;
  int given = 0;
  if (!os::load_program(size, given)) return WsaError::fault;
  const policy::GetVerdict verdict = judge_get(row->shape, given);
  if (verdict.error != WsaError::none) {
    if (verdict.reported) (void)os::store_program(size, *verdict.reported);  // K-72
    return verdict.error;
  }
  return row->get({*socket, *row, value, size, given, verdict.bytes});
}

}  // namespace
}  // namespace wsalive::winsock

int WSAAPI setsockopt(SOCKET s, int level, int optname, const char* optval, int optlen) {
  using namespace wsalive::winsock;
  return finish_and_clear(set_option(s, level, optname, optval, optlen));
}

int WSAAPI getsockopt(SOCKET s, int level, int optname, char* optval, int* optlen) {
  using namespace wsalive::winsock;
  return finish_and_clear(get_option(s, level, optname, optval, optlen));
}

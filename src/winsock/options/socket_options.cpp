// getsockopt() and setsockopt(): the checks that all options share, in Windows' order, and the search in
// the tables. This file knows no single option except SO_OPENTYPE, which belongs to the thread and not to a socket.
//
// The order is part of the contract, since a program can see which error wins: start-up (K-20), a call
// in progress (K-22), the socket (K-23), the level (K-24), the option and the kind of socket (K-25),
// lengths and memory (K-26), the socket's state (K-27, K-28), the host's answer (K-21). Nothing is
// changed before all of them have passed (K-13).

#include <mswsock.h>
#include <winsock2.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "os/memory/program_memory.hpp"
#include "policy/option_rules.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/options/option_row.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

/// The rows of a level, with a cache by a hash of the number: programs use the
/// same few options again and again. Rows never change, so the cache is never wrong.
class Level {
 public:
  constexpr explicit Level(const OptionRows& rows) noexcept : rows_(rows) {}

  /// nullptr: the level has no such option.
  [[nodiscard]] const OptionRow* find(int name) noexcept {
    std::atomic<const OptionRow*>& remembered = recent_[static_cast<unsigned>(name) % kRemembered];
    const OptionRow* const row = remembered.load(std::memory_order_relaxed);
    if (row && row->name == name) [[likely]]
      return row;
    const auto found = std::ranges::lower_bound(rows_, name, {}, &OptionRow::name);
    if (found == rows_.end() || found->name != name) return nullptr;
    remembered.store(&*found, std::memory_order_relaxed);
    return &*found;
  }

 private:
  static constexpr std::size_t kRemembered = 32;

  const OptionRows& rows_;
  std::array<std::atomic<const OptionRow*>, kRemembered> recent_{};
};

constinit Level g_socket_level{tables::kSocketLevel};
constinit Level g_tcp_level{tables::kTcpLevel};
constinit Level g_udp_level{tables::kUdpLevel};
constinit Level g_ip_level{tables::kIpLevel};
constinit Level g_ipv6_level{tables::kIpv6Level};

/// nullptr for a level that has no rows.
Level* level_of(int level) noexcept {
  switch (level) {
    case SOL_SOCKET:
      return &g_socket_level;
    case IPPROTO_TCP:
      return &g_tcp_level;
    case IPPROTO_UDP:
      return &g_udp_level;
    case IPPROTO_IP:
      return &g_ip_level;
    case IPPROTO_IPV6:
      return &g_ipv6_level;
    default:
      return nullptr;
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
[[gnu::always_inline]] inline WsaError find_row(const Socket& socket, int level, int name,
                                                const OptionRow*& found) noexcept {
  Level* const rows = level_of(level);
  const OptionRow* const row = rows ? rows->find(name) : nullptr;
  if (!row) {
    return policy::is_known_level(level) ? WsaError::unknown_option : WsaError::invalid_argument;
  }
  const bool known = !row->known_to || runtime().release().*(row->known_to);
  if (!known || !row->kinds.contains(socket.traits())) return WsaError::unknown_option;
  found = row;
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
    if (verdict.reported >= 0) (void)os::store_program(size, verdict.reported);  // K-72
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

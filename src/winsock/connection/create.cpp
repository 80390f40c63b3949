// socket, WSASocketA, WSASocketW: which families, types and protocols there are, as a table.

#include "winsock/connection/connection.hpp"

#include "winsock2.h"
#include "wsalive_ext.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <tl/expected.hpp>

#include "os/errno_table.hpp"
#include "os/memory/program_memory.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/socket/socket_values.hpp"
#include "winsock/call.hpp"
#include "winsock/duplicate/duplicate.hpp"
#include "winsock/entered.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/options/ip_options.hpp"
#include "winsock/options/keepalive_options.hpp"
#include "winsock/runtime.hpp"
#include "winsock/socket.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

using os::SocketType;

/// What a program asks for, in its numbers.
struct Wish {
  int family;
  int type;
  int protocol;
};

constexpr int kAnyProtocol = -1;

struct TypeRow {
  int type;
  int protocol;  ///< kAnyProtocol: the program's own.
  Kind kind;
  SocketType host_type;
};

// The first row of a type is its default, for protocol 0.
constexpr std::array kTypeRows{
    // clang-format off
    TypeRow{SOCK_STREAM, IPPROTO_TCP,  Kind::tcp, SocketType::stream},
    TypeRow{SOCK_DGRAM,  IPPROTO_UDP,  Kind::udp, SocketType::datagram},
    TypeRow{SOCK_RAW,    kAnyProtocol, Kind::raw, SocketType::raw},
    // clang-format on
};

/// Protocols for which, by Microsoft's page, type 0 means a raw socket.
constexpr std::array kRawProtocols{int{IPPROTO_ICMP}, int{IPPROTO_IGMP}, int{IPPROTO_ICMPV6}};

bool is_raw_protocol(int protocol) {
  return std::ranges::find(kRawProtocols, protocol) != kRawProtocols.end();
}

tl::expected<TypeRow, WsaError> find_protocol(const Wish& wish) {
  const auto same_type = [&](const TypeRow& row) { return row.type == wish.type; };
  const auto same_protocol = [&](const TypeRow& row) {
    return wish.protocol == 0 || row.protocol == wish.protocol || row.protocol == kAnyProtocol;
  };
  // Type 0 leaves the choice to the protocol, and protocol 0 beside it to the first row (K-145).
  const auto chosen_by_protocol = [&](const TypeRow& row) {
    const bool raw = row.kind == Kind::raw && is_raw_protocol(wish.protocol);
    return wish.protocol == 0 || row.protocol == wish.protocol || raw;
  };
  const auto* const row = std::ranges::find_if(kTypeRows, [&](const TypeRow& each) {
    return wish.type == 0 ? chosen_by_protocol(each) : same_type(each) && same_protocol(each);
  });
  if (row != kTypeRows.end()) return *row;
  const bool known = wish.type == 0 || std::ranges::any_of(kTypeRows, same_type);
  return tl::unexpected{known ? WsaError::protocol_not_supported
                              : WsaError::socket_type_not_supported};
}

tl::expected<Traits, WsaError> traits_of(const Wish& wish, TypeRow& row) {
  // AF_UNSPEC is IPv4 if type or protocol is given.
  const bool unsaid = wish.family == AF_UNSPEC && (wish.type != 0 || wish.protocol != 0);
  const int number = unsaid ? AF_INET : wish.family;
  const Family family = family_of_windows(number);
  if (family == Family::none) {
    return tl::unexpected{wish.family == AF_UNSPEC ? WsaError::invalid_argument
                                                   : WsaError::family_not_supported};
  }
  if (family == Family::local) {
    if (wish.type != SOCK_STREAM) return tl::unexpected{WsaError::socket_type_not_supported};
    if (wish.protocol != 0) return tl::unexpected{WsaError::protocol_not_supported};
    row = {SOCK_STREAM, 0, Kind::local_stream, SocketType::stream};
  } else {
    const auto found = find_protocol(wish);
    if (!found) return tl::unexpected{found.error()};
    row = *found;
  }
  return Traits{.kind = row.kind,
                .family = family,
                .windows_family = number,
                .windows_type = row.type,
                .windows_protocol = row.protocol == kAnyProtocol ? wish.protocol : row.protocol};
}

/// The network has failed if sockets of that type are refused in both families.  K-21
bool is_network_down(SocketType type, int error) {
  if (type == SocketType::raw || !os::is_refused_altogether(-error)) return false;
  return std::ranges::all_of(std::array{Family::ipv4, Family::ipv6}, [type](Family family) {
    const int other = os::create_socket(family, type, 0);
    if (other >= 0) os::close_socket(other);
    return other < 0 && os::is_refused_altogether(-other);
  });
}

WsaError creation_error(SocketType type, int error) {
  if (is_network_down(type, error)) return WsaError::network_down;
  return error == -EPERM ? WsaError::access_denied : os::wsa_error(-error);
}

constexpr DWORD kLeafFlags = WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_LEAF;

NewSocket create(const Wish& wish, DWORD flags) {
  TypeRow row{};
  auto traits = traits_of(wish, row);
  if (!traits) return tl::unexpected{traits.error()};
  // The protocols of messages have members of multipoint sessions that have no root (K-146).
  const bool has_leaves = row.kind == Kind::udp || row.kind == Kind::raw;
  if ((flags & kLeafFlags) != 0 && !has_leaves) return tl::unexpected{WsaError::invalid_argument};
  traits->overlapped = (flags & WSA_FLAG_OVERLAPPED) != 0;
  const int fd = os::create_socket(traits->family, row.host_type, traits->windows_protocol);
  if (fd < 0) return tl::unexpected{creation_error(row.host_type, fd)};
  return enter_table(fd, *traits);
}

constexpr DWORD kServedFlags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT | kLeafFlags;

template <typename Info>
NewSocket create_from(Wish wish, const Info* given, DWORD flags) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return tl::unexpected{refusal};
  }
  if ((flags & ~kServedFlags) != 0) return tl::unexpected{WsaError::invalid_argument};
  if (given) {
    Info info;
    if (!os::load_program(given, info)) return tl::unexpected{WsaError::fault};
    if (is_duplicate(info)) return take_duplicate(ticket_in(info), flags);
    const auto choose = [](int& said, int described) {
      if (said == FROM_PROTOCOL_INFO) said = described;
    };
    choose(wish.family, info.iAddressFamily);
    choose(wish.type, info.iSocketType);
    choose(wish.protocol, info.iProtocol);
  }
  const NewSocket made = create(wish, flags);
  if (made && (flags & WSA_FLAG_NO_HANDLE_INHERIT) != 0) Socket::find(*made)->inheritable = false;
  return made;
}

}  // namespace

NewSocket enter_table(int fd, const Traits& traits) noexcept {
  if (Socket::open(fd, traits)) {
    if (traits.kind == Kind::tcp) runtime().engine().own(fd);
    return static_cast<Handle>(fd);
  }
  os::close_socket(fd);
  return tl::unexpected{WsaError::too_many_files};
}

}  // namespace wsalive::winsock

SOCKET socket(int af, int type, int protocol) {
  using namespace wsalive::winsock;
  const DWORD flags = thread_open_type() == 0 ? WSA_FLAG_OVERLAPPED : 0;
  return finish_handle(create_from<WSAPROTOCOL_INFOA>({af, type, protocol}, nullptr, flags));
}

SOCKET WSASocketA(int af, int type, int protocol, LPWSAPROTOCOL_INFOA lpProtocolInfo, GROUP g,
                  DWORD dwFlags) {
  using namespace wsalive::winsock;
  static_cast<void>(g);  // Groups are reserved.
  return finish_handle(create_from({af, type, protocol}, lpProtocolInfo, dwFlags));
}

SOCKET WSASocketW(int af, int type, int protocol, LPWSAPROTOCOL_INFOW lpProtocolInfo, GROUP g,
                  DWORD dwFlags) {
  using namespace wsalive::winsock;
  static_cast<void>(g);
  return finish_handle(create_from({af, type, protocol}, lpProtocolInfo, dwFlags));
}

namespace wsalive::winsock {
namespace {

constinit thread_local std::uint32_t t_open_type = 0;

}  // namespace

std::uint32_t thread_open_type() noexcept { return t_open_type; }

void set_thread_open_type(std::uint32_t type) noexcept { t_open_type = type; }

// wsalive_adopt and wsalive_fd: descriptors become sockets, and the other way round.

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

/// What the engine knows of the connection, by the C++ interface, stays.
void take_keep_alive(const Socket& socket, bool on) {
  engine::Engine& engine = runtime().engine();
  engine.own(socket.fd());
  const auto asked = engine.asked(socket.fd());
  if (!on || (asked && asked->on)) return;
  static_cast<void>(engine.take_over(socket.fd(), {.on = true, .wanted = wanted_timing(socket)}));
}

void take_description(Socket& socket, const os::SocketDescription& what) {
  socket.non_blocking.store(what.blocking == os::Blocking::no, std::memory_order_relaxed);
  socket.bound.store(what.bound || what.connecting, std::memory_order_relaxed);
  if (has_messages(socket)) take_control_switches(socket);
  if (socket.is_tcp()) take_keep_alive(socket, what.keep_alive);
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

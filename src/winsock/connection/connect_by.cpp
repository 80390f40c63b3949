// WSAConnectByNameA and WSAConnectByNameW (K-105).

#include "ws2tcpip.h"

#include <memory>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/connect_candidates.hpp"
#include "winsock/entered.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

struct FreeInfo {
  void operator()(ADDRINFOA* info) const { freeaddrinfo(info); }
};

/// For an IPv6 socket that also takes IPv4, IPv4 addresses are found in IPv6's form.
int flags_for(SOCKET handle, const Socket& socket) {
  if (socket.traits().family != Family::ipv6) return 0;
  DWORD only = 1;
  int size = sizeof only;
  getsockopt(handle, IPPROTO_IPV6, IPV6_V6ONLY, reinterpret_cast<char*>(&only), &size);
  return only != 0 ? 0 : AI_V4MAPPED | AI_ALL;
}

WsaError by_name_call(SOCKET handle, const char* node, const char* service, const ConnectBy& call) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  if (!node || !service) return WsaError::invalid_argument;
  if (const WsaError bad = check_connect_by(*socket, call); bad != WsaError::none) return bad;
  const auto deadline = deadline_of(call);
  ADDRINFOA hints{};
  hints.ai_family = socket->traits().windows_family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags_for(handle, *socket);
  ADDRINFOA* found = nullptr;
  const int refused = getaddrinfo(node, service, &hints, &found);
  if (refused != 0) return static_cast<WsaError>(refused);
  const std::unique_ptr<ADDRINFOA, FreeInfo> owned{found};
  std::vector<SOCKET_ADDRESS> addresses;
  for (const ADDRINFOA* each = found; each; each = each->ai_next) {
    addresses.push_back({each->ai_addr, static_cast<INT>(each->ai_addrlen)});
  }
  const WsaError answer = connect_to_first(*socket, addresses, deadline);
  if (answer == WsaError::none) give_names(*socket, call);
  return answer;
}

}  // namespace
}  // namespace wsalive::winsock

BOOL WSAConnectByNameA(SOCKET s, LPCSTR nodename, LPCSTR servicename, LPDWORD LocalAddressLength,
                       LPSOCKADDR LocalAddress, LPDWORD RemoteAddressLength,
                       LPSOCKADDR RemoteAddress, const struct timeval* timeout,
                       LPWSAOVERLAPPED Reserved) {
  using namespace wsalive::winsock;
  return guarded_flag([&] {
    return by_name_call(s, nodename, servicename,
                        {{LocalAddress, LocalAddressLength},
                         {RemoteAddress, RemoteAddressLength},
                         timeout,
                         Reserved});
  });
}

BOOL WSAConnectByNameW(SOCKET s, LPWSTR nodename, LPWSTR servicename, LPDWORD LocalAddressLength,
                       LPSOCKADDR LocalAddress, LPDWORD RemoteAddressLength,
                       LPSOCKADDR RemoteAddress, const struct timeval* timeout,
                       LPWSAOVERLAPPED Reserved) {
  using namespace wsalive;
  using namespace wsalive::winsock;
  return guarded_flag([&] {
    const std::string node = nodename ? narrow(nodename) : std::string{};
    const std::string service = servicename ? narrow(servicename) : std::string{};
    return by_name_call(s, nodename ? node.c_str() : nullptr,
                        servicename ? service.c_str() : nullptr,
                        {{LocalAddress, LocalAddressLength},
                         {RemoteAddress, RemoteAddressLength},
                         timeout,
                         Reserved});
  });
}

// WSAConnectByList (K-104).

namespace wsalive::winsock {
namespace {

/// The list as it stood at the start. \return false if it is not in memory.
bool take_list(const SOCKET_ADDRESS_LIST* list, std::vector<SOCKET_ADDRESS>& addresses) {
  constexpr INT kMost = 4096;
  INT count = 0;
  if (!os::load_program(&list->iAddressCount, count) || count < 0 || count > kMost) return false;
  addresses.resize(static_cast<std::size_t>(count));
  return count == 0 || os::read_program(&list->Address[0], addresses.data(),
                                        addresses.size() * sizeof addresses[0]);
}

WsaError by_list_call(SOCKET handle, const SOCKET_ADDRESS_LIST* list, const ConnectBy& call) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  std::vector<SOCKET_ADDRESS> addresses;
  if (!take_list(list, addresses)) return WsaError::fault;
  if (addresses.empty()) return WsaError::invalid_argument;
  if (const WsaError bad = check_connect_by(*socket, call); bad != WsaError::none) return bad;
  const WsaError answer = connect_to_first(*socket, addresses, deadline_of(call));
  if (answer == WsaError::none) give_names(*socket, call);
  return answer;
}

}  // namespace
}  // namespace wsalive::winsock

BOOL WSAConnectByList(SOCKET s, PSOCKET_ADDRESS_LIST SocketAddress, LPDWORD LocalAddressLength,
                      LPSOCKADDR LocalAddress, LPDWORD RemoteAddressLength,
                      LPSOCKADDR RemoteAddress, const struct timeval* timeout,
                      LPWSAOVERLAPPED Reserved) {
  using namespace wsalive::winsock;
  return guarded_flag([&] {
    return by_list_call(s, SocketAddress,
                        {{LocalAddress, LocalAddressLength},
                         {RemoteAddress, RemoteAddressLength},
                         timeout,
                         Reserved});
  });
}

// WSAConnectByList (K-104).

#include <vector>

#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/by/candidates.hpp"
#include "winsock/entered.hpp"
#include "winsock/runtime.hpp"

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

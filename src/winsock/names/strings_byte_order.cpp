// htons and its kin, and their WSA forms, which ask for a socket and a place for the result.

#include <winsock2.h>

#include <bit>

#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {
namespace {

/// From the host's to the network's order and back: the same swap.
constexpr u_long reversed(u_long value) {
  return std::endian::native == std::endian::big ? value : __builtin_bswap32(value);
}
constexpr u_short reversed(u_short value) {
  return std::endian::native == std::endian::big ? value : __builtin_bswap16(value);
}

template <typename Number>
int swap_for(SOCKET s, Number value, Number* place) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return finish(refusal);
  }
  if (!Socket::find(s)) return finish(WsaError::not_a_socket);
  return finish(os::store_program(place, reversed(value)) ? WsaError::none : WsaError::fault);
}

}  // namespace
}  // namespace wsalive::winsock

u_long htonl(u_long hostlong) { return wsalive::winsock::reversed(hostlong); }
u_short htons(u_short hostshort) { return wsalive::winsock::reversed(hostshort); }
u_long ntohl(u_long netlong) { return wsalive::winsock::reversed(netlong); }
u_short ntohs(u_short netshort) { return wsalive::winsock::reversed(netshort); }

int WSAHtonl(SOCKET s, u_long hostlong, u_long* lpnetlong) {
  return wsalive::winsock::swap_for(s, hostlong, lpnetlong);
}
int WSAHtons(SOCKET s, u_short hostshort, u_short* lpnetshort) {
  return wsalive::winsock::swap_for(s, hostshort, lpnetshort);
}
int WSANtohl(SOCKET s, u_long netlong, u_long* lphostlong) {
  return wsalive::winsock::swap_for(s, netlong, lphostlong);
}
int WSANtohs(SOCKET s, u_short netshort, u_short* lphostshort) {
  return wsalive::winsock::swap_for(s, netshort, lphostshort);
}

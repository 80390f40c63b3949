// Addresses as text, and back.
//
// Without ports: inet_addr, inet_ntoa, inet_pton, inet_ntop and their wide forms. None
// of them needs a start-up (K-100), so none asks for one.

#include <winsock2.h>
#include <ws2tcpip.h>

#include <bit>
#include <cstring>

#include "os/memory/program_memory.hpp"
#include "os/socket/address.hpp"
#include "winsock/call.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/names/program_text.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {
namespace {

using os::Endpoint;
using os::Family;

constexpr int kNotAnAddress = 0;
constexpr int kRead = 1;
constexpr u_long kAnyAddress = 0;

/// "" is no address from Windows Server 2003 on, and any address before; " " is any address always.
u_long number_of(const char* text) {
  if (!text) return INADDR_NONE;
  if (*text == '\0') {
    return runtime().settings().release < policy::Release::ws2003 ? kAnyAddress : INADDR_NONE;
  }
  if (std::strcmp(text, " ") == 0) return kAnyAddress;
  const std::optional<Endpoint> found = os::parse_ipv4(text, os::Ipv4Notation::any);
  if (!found) return INADDR_NONE;
  u_long number = 0;
  std::memcpy(&number, found->address.data(), sizeof number);
  return number;
}

char* text_of(IN_ADDR in) {
  thread_local std::array<char, 16> text;
  Endpoint endpoint{.family = Family::ipv4};
  std::memcpy(endpoint.address.data(), &in, sizeof in);
  const std::string written =
      os::format_address(endpoint);  // Short: it needs no memory of its own.
  std::memcpy(text.data(), written.c_str(), written.size() + 1);
  return text.data();
}

std::optional<Endpoint> parse(Family family, const char* text) {
  return family == Family::ipv4 ? os::parse_ipv4(text, os::Ipv4Notation::four_parts)
                                : os::parse_ipv6(text);
}

template <typename Char>
int text_to_bytes(int number, const Char* text, void* place) {
  int read = kNotAnAddress;
  const WsaError refused = guarded([&] {
    const Family family = family_of_windows(number);
    if (os::address_size(family) == 0) return WsaError::family_not_supported;
    if (!is_readable_text(text)) return WsaError::fault;
    const std::size_t size = os::address_size(family);
    const std::optional<Endpoint> found = parse(family, from_program(text).c_str());
    if (!found) return os::is_writable(place, size) ? WsaError::none : WsaError::fault;
    read = kRead;
    return os::write_program(place, found->address.data(), size) ? WsaError::none : WsaError::fault;
  });
  return refused == WsaError::none ? read : finish(refused);
}

template <typename Char>
const Char* bytes_to_text(int number, const void* bytes, Char* place, std::size_t room) {
  const WsaError refused = guarded([&] {
    Endpoint endpoint{.family = family_of_windows(number)};
    const std::size_t size = os::address_size(endpoint.family);
    if (size == 0) return WsaError::family_not_supported;
    if (!os::read_program(bytes, endpoint.address.data(), size)) return WsaError::fault;
    const auto text = for_program<Char>(os::format_address(endpoint));
    if (!place || text.size() >= room) return WsaError::invalid_parameter;
    return write_text(place, text) ? WsaError::none : WsaError::fault;
  });
  if (refused == WsaError::none) return place;
  store_last_error(refused);
  return nullptr;
}

}  // namespace
}  // namespace wsalive::winsock

u_long inet_addr(const char* cp) { return wsalive::winsock::number_of(cp); }
char* inet_ntoa(struct in_addr in) { return wsalive::winsock::text_of(in); }

INT inet_pton(INT Family, PCSTR pszAddrString, PVOID pAddrBuf) {
  return wsalive::winsock::text_to_bytes(Family, pszAddrString, pAddrBuf);
}
INT InetPtonW(INT Family, PCWSTR pszAddrString, PVOID pAddrBuf) {
  return wsalive::winsock::text_to_bytes(Family, pszAddrString, pAddrBuf);
}
PCSTR inet_ntop(INT Family, const VOID* pAddr, PSTR pStringBuf, size_t StringBufSize) {
  return wsalive::winsock::bytes_to_text(Family, pAddr, pStringBuf, StringBufSize);
}
PCWSTR InetNtopW(INT Family, const VOID* pAddr, PWSTR pStringBuf, size_t StringBufSize) {
  return wsalive::winsock::bytes_to_text(Family, pAddr, pStringBuf, StringBufSize);
}

// htons and its relatives, and their WSA forms, which want a socket and a place for the result.

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

// With ports: WSAStringToAddress and WSAAddressToString.
//
// Both check the length first, so that a program can call them to learn it: a buffer that is too
// short is WSAEFAULT with the needed length, and a text that is no address changes nothing.

namespace wsalive::winsock {
namespace {

/// Stores the needed length; the call has failed either way.
template <typename Length>
WsaError too_short(Length* length, std::size_t needed) {
  static_cast<void>(os::store_program(length, static_cast<Length>(needed)));
  return WsaError::fault;
}

template <typename Char>
WsaError string_to_address(const Char* text, int number, LPSOCKADDR place, LPINT length) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  int room = 0;
  if (!place || !os::load_program(length, room)) return WsaError::fault;
  const Family family = family_of_windows(number);
  const std::size_t size = sockaddr_size(family);
  if (!text || size == 0) return WsaError::invalid_argument;
  if (room < static_cast<int>(size)) return too_short(length, size);

  const std::optional<Endpoint> found = os::parse_endpoint(family, from_program(text));
  if (!found) return WsaError::invalid_argument;
  const SockaddrImage image = image_of(*found);
  if (!os::is_writable(length, sizeof *length)) return WsaError::fault;
  if (!os::write_program(place, image.bytes.data(), image.size)) return WsaError::fault;
  return os::store_program(length, static_cast<int>(size)) ? WsaError::none : WsaError::fault;
}

template <typename Char>
WsaError address_to_string(LPSOCKADDR address, DWORD size, Char* place, LPDWORD length) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  DWORD room = 0;
  if (!address || !place || !os::load_program(length, room)) return WsaError::fault;
  // What is not in memory is a fault; a family or a size that fits nothing is an invalid argument.
  const auto endpoint = read_sockaddr(address, sizeof(SOCKADDR_IN6));
  if (!endpoint && endpoint.error() == WsaError::fault) return WsaError::fault;
  if (!endpoint || size < sockaddr_size(endpoint->family)) return WsaError::invalid_argument;
  const auto text = for_program<Char>(os::format_endpoint(*endpoint));
  if (room <= text.size()) return too_short(length, text.size() + 1);
  if (!os::is_writable(length, sizeof *length) || !write_text(place, text)) return WsaError::fault;
  const bool told = os::store_program(length, static_cast<DWORD>(text.size() + 1));
  return told ? WsaError::none : WsaError::fault;
}

}  // namespace
}  // namespace wsalive::winsock

INT WSAStringToAddressA(LPSTR AddressString, INT AddressFamily, LPWSAPROTOCOL_INFOA /*ignored*/,
                        LPSOCKADDR lpAddress, LPINT lpAddressLength) {
  using namespace wsalive::winsock;
  return finish(guarded(
      [&] { return string_to_address(AddressString, AddressFamily, lpAddress, lpAddressLength); }));
}

INT WSAStringToAddressW(LPWSTR AddressString, INT AddressFamily, LPWSAPROTOCOL_INFOW /*ignored*/,
                        LPSOCKADDR lpAddress, LPINT lpAddressLength) {
  using namespace wsalive::winsock;
  return finish(guarded(
      [&] { return string_to_address(AddressString, AddressFamily, lpAddress, lpAddressLength); }));
}

INT WSAAddressToStringA(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                        LPWSAPROTOCOL_INFOA /*ignored*/, LPSTR lpszAddressString,
                        LPDWORD lpdwAddressStringLength) {
  using namespace wsalive::winsock;
  return finish(guarded([&] {
    return address_to_string(lpsaAddress, dwAddressLength, lpszAddressString,
                             lpdwAddressStringLength);
  }));
}

INT WSAAddressToStringW(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                        LPWSAPROTOCOL_INFOW /*ignored*/, LPWSTR lpszAddressString,
                        LPDWORD lpdwAddressStringLength) {
  using namespace wsalive::winsock;
  return finish(guarded([&] {
    return address_to_string(lpsaAddress, dwAddressLength, lpszAddressString,
                             lpdwAddressStringLength);
  }));
}

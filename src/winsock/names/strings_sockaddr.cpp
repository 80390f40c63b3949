// Addresses with ports as text: WSAStringToAddress and WSAAddressToString.
//
// Both ask for the length first, so that a program can call them to learn it: a buffer that is too
// short is WSAEFAULT with the needed length, and a text that is no address changes nothing.

#include <winsock2.h>
#include <ws2tcpip.h>

#include "os/memory/program_memory.hpp"
#include "os/socket/address.hpp"
#include "winsock/call.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/names/program_text.hpp"

namespace wsalive::winsock {
namespace {

using os::Endpoint;
using os::Family;

/// Tells the needed length; the call has failed either way.
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

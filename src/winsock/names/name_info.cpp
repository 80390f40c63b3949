// getnameinfo and GetNameInfoW: names of an address and a port. Both texts are written or none.

#include <winsock2.h>
#include <ws2tcpip.h>

#include "os/memory/program_memory.hpp"
#include "os/names/resolver.hpp"
#include "winsock/call.hpp"
#include "winsock/guarded.hpp"
#include "winsock/names/program_text.hpp"
#include "winsock/names/sockaddr.hpp"

namespace wsalive::winsock {
namespace {

constexpr int kKnownInfoFlags =
    NI_NOFQDN | NI_NUMERICHOST | NI_NAMEREQD | NI_NUMERICSERV | NI_DGRAM;

/// Where one of the two texts goes; not asked for if there is no place.
template <typename Char>
struct Place {
  Char* at;
  DWORD room;

  [[nodiscard]] WsaError check(const std::basic_string<Char>& text) const {
    if (!at) return WsaError::none;
    if (text.size() >= room) return WsaError::insufficient_buffer;
    const bool writable = os::is_writable(at, (text.size() + 1) * sizeof(Char));
    return writable ? WsaError::none : WsaError::fault;
  }
  [[nodiscard]] WsaError write(const std::basic_string<Char>& text) const {
    return !at || write_text(at, text) ? WsaError::none : WsaError::fault;
  }
};

/// The first code that is an error; later calls are not made after one.
template <typename... Steps>
WsaError first_refusal(Steps... steps) {
  WsaError code = WsaError::none;
  static_cast<void>((((code = steps()) == WsaError::none) && ...));
  return code;
}

template <typename Char>
WsaError check_places(const Place<Char>& node, const Place<Char>& service, INT flags) {
  if (!node.at && !service.at) return WsaError::host_not_found;
  if ((node.at && node.room == 0) || (service.at && service.room == 0)) {
    return WsaError::invalid_argument;
  }
  return (flags & ~kKnownInfoFlags) != 0 ? WsaError::invalid_argument : WsaError::none;
}

template <typename Char>
WsaError name_address(const SOCKADDR* address, socklen_t size, const Place<Char>& node,
                      const Place<Char>& service, INT flags) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const auto endpoint = read_sockaddr(address, size < 0 ? 0 : static_cast<std::size_t>(size));
  if (!endpoint) return endpoint.error();
  if (const WsaError refused = check_places(node, service, flags); refused != WsaError::none) {
    return refused;
  }
  const auto has = [flags](int flag) { return (flags & flag) != 0; };
  const auto names =
      os::find_names(*endpoint, {.numeric_host = has(NI_NUMERICHOST) || !node.at,
                                 .name_required = has(NI_NAMEREQD) && node.at,
                                 .local_part_only = has(NI_NOFQDN),
                                 .numeric_service = has(NI_NUMERICSERV) || !service.at,
                                 .datagram = has(NI_DGRAM)});
  if (!names) return names.error();
  const auto node_text = for_program<Char>(names->host);
  const auto service_text = for_program<Char>(names->service);
  return first_refusal(
      [&] { return node.check(node_text); }, [&] { return service.check(service_text); },
      [&] { return node.write(node_text); }, [&] { return service.write(service_text); });
}

template <typename Char>
INT answer(const SOCKADDR* address, socklen_t size, const Place<Char>& node,
           const Place<Char>& service, INT flags) noexcept {
  const WsaError code = guarded([&] { return name_address(address, size, node, service, flags); });
  static_cast<void>(finish(code));
  return static_cast<INT>(code);
}

}  // namespace
}  // namespace wsalive::winsock

INT getnameinfo(const SOCKADDR* pSockaddr, socklen_t SockaddrLength, PCHAR pNodeBuffer,
                DWORD NodeBufferSize, PCHAR pServiceBuffer, DWORD ServiceBufferSize, INT Flags) {
  using wsalive::winsock::Place;
  return wsalive::winsock::answer(pSockaddr, SockaddrLength,
                                  Place<char>{pNodeBuffer, NodeBufferSize},
                                  Place<char>{pServiceBuffer, ServiceBufferSize}, Flags);
}

INT GetNameInfoW(const SOCKADDR* pSockaddr, socklen_t SockaddrLength, PWCHAR pNodeBuffer,
                 DWORD NodeBufferSize, PWCHAR pServiceBuffer, DWORD ServiceBufferSize, INT Flags) {
  using wsalive::winsock::Place;
  return wsalive::winsock::answer(pSockaddr, SockaddrLength,
                                  Place<wchar_t>{pNodeBuffer, NodeBufferSize},
                                  Place<wchar_t>{pServiceBuffer, ServiceBufferSize}, Flags);
}

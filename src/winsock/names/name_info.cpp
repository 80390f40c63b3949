// getnameinfo and GetNameInfoW: names of an address and a port. Both texts are written or none.

#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <array>

#include "os/memory/program_memory.hpp"
#include "os/names/resolver.hpp"
#include "winsock/call.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/names/name_question.hpp"
#include "winsock/names/program_text.hpp"

namespace wsalive::winsock {
namespace {

constexpr int kKnownInfoFlags =
    NI_NOFQDN | NI_NUMERICHOST | NI_NAMEREQD | NI_NUMERICSERV | NI_DGRAM;

/// The place for one of the two texts; no place: not wanted.
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

/// Makes the calls in turn until one fails. \return its code.
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

// getaddrinfo and GetAddrInfoW.

namespace wsalive::winsock {
namespace {

template <typename Char, typename Info>
WsaError resolve(const Char* node, const Char* service, const Info* hints, Info** result) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  if (!os::is_writable(result, sizeof(void*))) return WsaError::fault;
  Question question{.node = optional_from_program(node), .service = optional_from_program(service)};
  if (const WsaError refused = take_hints(hints, question); refused != WsaError::none) {
    return refused;
  }
  if (const WsaError refused = check(question); refused != WsaError::none) return refused;
  const auto found = answer_to(question);
  if (!found) return found.error();

  List<Info> list = make_list<Info>(question, *found);
  if (!os::store_program(result, list.get())) return WsaError::fault;
  static_cast<void>(list.release());
  return WsaError::none;
}

/// Returns the code and stores it as the last error.
template <typename Char, typename Info>
INT answer(const Char* node, const Char* service, const Info* hints, Info** result) noexcept {
  const WsaError code = guarded([&] { return resolve(node, service, hints, result); });
  static_cast<void>(finish(code));
  return static_cast<INT>(code == WsaError::no_buffers ? WsaError::not_enough_memory : code);
}

}  // namespace
}  // namespace wsalive::winsock

INT getaddrinfo(PCSTR pNodeName, PCSTR pServiceName, const ADDRINFOA* pHints,
                PADDRINFOA* ppResult) {
  return wsalive::winsock::answer(pNodeName, pServiceName, pHints, ppResult);
}
INT GetAddrInfoW(PCWSTR pNodeName, PCWSTR pServiceName, const ADDRINFOW* pHints,
                 PADDRINFOW* ppResult) {
  return wsalive::winsock::answer(pNodeName, pServiceName, pHints, ppResult);
}
VOID freeaddrinfo(PADDRINFOA pAddrInfo) { wsalive::winsock::free_list(pAddrInfo); }
VOID FreeAddrInfoW(PADDRINFOW pAddrInfo) { wsalive::winsock::free_list(pAddrInfo); }

// gai_strerror: a sentence for each EAI_* code, narrow and wide, as constants.

namespace wsalive::winsock {
namespace {

struct ErrorText {
  int code;
  const char* narrow;
  const wchar_t* wide;
};

#define ROW(code, text) \
  ErrorText { code, text, L##text }

// Sorted by number; the last row is for every other code.
constexpr std::array kErrorTexts{
    // clang-format off
    ROW(EAI_MEMORY,   "There was not enough memory for the name look-up."),
    ROW(WSAEFAULT,    "A pointer that was given to the name look-up leads to no memory."),
    ROW(EAI_BADFLAGS, "The flags or another argument of the name look-up are not valid."),
    ROW(EAI_SOCKTYPE, "The type of socket does not exist in this family of addresses."),
    ROW(EAI_FAMILY,   "The family of addresses is not supported."),
    ROW(WSANOTINITIALISED, "WSAStartup has not been called, or the name look-up came after the last WSACleanup."),
    ROW(EAI_SERVICE,  "The service is not known for that type of socket."),
    ROW(EAI_NONAME,   "No such host is known."),
    ROW(EAI_AGAIN,    "The name server did not answer; the look-up may succeed later."),
    ROW(EAI_FAIL,     "The name look-up failed in a way that will not pass."),
    // clang-format on
};
#undef ROW
static_assert(std::ranges::is_sorted(kErrorTexts, {}, &ErrorText::code));

constexpr ErrorText kUnknown{0, "The name look-up failed.", L"The name look-up failed."};

const ErrorText& row_of(int code) {
  const auto* const row = std::ranges::lower_bound(kErrorTexts, code, {}, &ErrorText::code);
  return row != kErrorTexts.end() && row->code == code ? *row : kUnknown;
}

}  // namespace
}  // namespace wsalive::winsock

// Windows' prototypes have no const; the text is constant all the same.
char* gai_strerrorA(int ecode) { return const_cast<char*>(wsalive::winsock::row_of(ecode).narrow); }
WCHAR* gai_strerrorW(int ecode) { return const_cast<WCHAR*>(wsalive::winsock::row_of(ecode).wide); }

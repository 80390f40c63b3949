// getaddrinfo and GetAddrInfoW.

#include <winsock2.h>
#include <ws2tcpip.h>

#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/guarded.hpp"
#include "winsock/names/name_question.hpp"
#include "winsock/names/program_text.hpp"

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

/// The code, which is the last error, too.
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

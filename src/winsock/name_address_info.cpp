// getaddrinfo and GetAddrInfoW: the hints are checked, the service is looked up, then the host, and every
// address is given once for each type that the service has.
//
// Windows' answers differ from the C library's, so only the host is asked of it: the type and the
// protocol are echoed from the hints, 0 included, and the empty name is this machine.

#include <winsock2.h>
#include <ws2tcpip.h>

#include <charconv>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "os/net_databases.hpp"
#include "os/program_memory.hpp"
#include "os/resolver.hpp"
#include "winsock/call.hpp"
#include "winsock/guarded.hpp"
#include "winsock/program_text.hpp"
#include "winsock/sockaddr.hpp"

namespace wsalive::winsock {
namespace {

/// What a program asks, in our own text.
struct Question {
  std::optional<std::string> node;
  std::optional<std::string> service;
  int flags = 0;
  int family = AF_UNSPEC;
  int type = 0;
  int protocol = 0;
};

/// A type of socket that the service has, and its port.
struct Offer {
  int type;
  std::uint16_t port;
};

constexpr unsigned kKnownFlags =
    AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_DNS_ONLY |
    AI_BYPASS_DNS_CACHE | AI_ALL | AI_ADDRCONFIG | AI_V4MAPPED | AI_NON_AUTHORITATIVE | AI_SECURE |
    AI_RETURN_PREFERRED_NAMES | AI_FQDN | AI_FILESERVER | AI_DISABLE_IDN_ENCODING;

WsaError check(const Question& question) {
  if (!question.node && !question.service) return WsaError::host_not_found;
  const auto flags = static_cast<unsigned>(question.flags);
  if ((flags & ~kKnownFlags) != 0) return WsaError::invalid_argument;
  if ((flags & (AI_CANONNAME | AI_FQDN)) != 0 && !question.node) return WsaError::invalid_argument;
  if (question.family != AF_UNSPEC && question.family != AF_INET && question.family != AF_INET6) {
    return WsaError::family_not_supported;
  }
  const bool known_type = question.type >= 0 && question.type <= SOCK_RAW;
  return known_type ? WsaError::none : WsaError::socket_type_not_supported;
}

std::optional<std::uint16_t> port_number(const std::string& text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return port;
}

/// Whether a socket of that type, over that protocol, is among those asked for.
bool is_asked(const Question& question, int type, int protocol) {
  return (question.type == 0 || question.type == type) &&
         (question.protocol == 0 || question.protocol == protocol);
}

os::Resolved<std::vector<Offer>> find_offers(const Question& question) {
  if (!question.service || question.service->empty()) return {{Offer{question.type, 0}}};
  if (const auto port = port_number(*question.service)) return {{Offer{question.type, *port}}};
  if ((question.flags & AI_NUMERICSERV) != 0) {
    return tl::unexpected<WsaError>{WsaError::host_not_found};
  }
  std::vector<Offer> offers;
  const auto add = [&](int type, int protocol, const char* name) {
    if (!is_asked(question, type, protocol)) return;
    const auto service = os::service_named(question.service->c_str(), name);
    if (service) offers.push_back({type, service->port});
  };
  add(SOCK_STREAM, IPPROTO_TCP, "tcp");
  add(SOCK_DGRAM, IPPROTO_UDP, "udp");
  if (offers.empty()) return tl::unexpected<WsaError>{WsaError::type_not_found};
  return offers;
}

os::Resolved<os::Host> find_host(const Question& question) {
  const auto has = [&question](int flag) { return (question.flags & flag) != 0; };
  return os::find_host({.name = question.node ? question.node->c_str() : nullptr,
                        .family = family_of_windows(question.family),
                        .passive = has(AI_PASSIVE),
                        .numeric = has(AI_NUMERICHOST),
                        .canonical_name = has(AI_CANONNAME | AI_FQDN),
                        .v4_mapped = has(AI_V4MAPPED),
                        .all = has(AI_ALL),
                        .configured_only = has(AI_ADDRCONFIG)});
}

/// One answer with the memory that it points into; a list of them is what freeaddrinfo frees.
template <typename Info>
struct Node {
  Info info{};  // First, so that a pointer to it is one to the node.
  SockaddrImage address;
  std::basic_string<std::remove_pointer_t<decltype(Info::ai_canonname)>> name;
};

template <typename Info>
void free_list(Info* list) noexcept {
  while (list) {
    const std::unique_ptr<Node<Info>> node{reinterpret_cast<Node<Info>*>(list)};
    list = list->ai_next;
  }
}

template <typename Info>
std::unique_ptr<Node<Info>> make_node(const Question& question, const Offer& offer,
                                      os::Endpoint endpoint) {
  auto node = std::make_unique<Node<Info>>();
  endpoint.port = offer.port;
  node->address = image_of(endpoint);
  node->info.ai_family = windows_family(endpoint.family);
  node->info.ai_socktype = offer.type;
  node->info.ai_protocol = question.protocol;
  node->info.ai_addrlen = node->address.size;
  node->info.ai_addr = reinterpret_cast<sockaddr*>(node->address.bytes.data());
  return node;
}

template <typename Info>
using List = std::unique_ptr<Info, decltype(&free_list<Info>)>;

template <typename Info>
List<Info> make_list(const Question& question, const os::Host& host,
                     const std::vector<Offer>& offers) {
  using Char = std::remove_pointer_t<decltype(Info::ai_canonname)>;
  List<Info> list{nullptr, free_list<Info>};
  Info* last = nullptr;
  for (const os::Endpoint& endpoint : host.addresses) {
    for (const Offer& offer : offers) {
      Info* const next = &make_node<Info>(question, offer, endpoint).release()->info;
      if (last) {
        last->ai_next = next;
      } else {
        list.reset(next);
      }
      last = next;
    }
  }
  if ((question.flags & (AI_CANONNAME | AI_FQDN)) != 0) {
    auto* const first = reinterpret_cast<Node<Info>*>(list.get());
    first->name = for_program<Char>(host.name);
    first->info.ai_flags = AI_CANONNAME;
    first->info.ai_canonname = first->name.data();
  }
  return list;
}

/// Takes the hints over. The members that are for answers only must be zero: WSANO_RECOVERY.
template <typename Info>
WsaError take_hints(const Info* hints, Question& question) {
  if (!hints) return WsaError::none;
  Info own{};
  if (!os::read_program(hints, &own, sizeof own)) return WsaError::fault;
  if (own.ai_addrlen != 0 || own.ai_canonname || own.ai_addr || own.ai_next) {
    return WsaError::no_recovery;
  }
  question.flags = own.ai_flags;
  question.family = own.ai_family;
  question.type = own.ai_socktype;
  question.protocol = own.ai_protocol;
  return WsaError::none;
}

template <typename Char, typename Info>
WsaError resolve(const Char* node, const Char* service, const Info* hints, Info** result) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  if (!os::is_writable(result, sizeof(void*))) return WsaError::fault;
  Question question{.node = optional_from_program(node), .service = optional_from_program(service)};
  if (const WsaError refused = take_hints(hints, question); refused != WsaError::none) {
    return refused;
  }
  if (const WsaError refused = check(question); refused != WsaError::none) return refused;
  const auto offers = find_offers(question);
  if (!offers) return offers.error();
  const auto host = find_host(question);
  if (!host) return host.error();

  List<Info> list = make_list<Info>(question, *host, *offers);
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

#include "winsock/names/name_question.hpp"

#include <charconv>

#include "os/names/net_databases.hpp"

namespace wsalive::winsock {
namespace {

constexpr unsigned kKnownQuestionFlags =
    AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_DNS_ONLY |
    AI_BYPASS_DNS_CACHE | AI_ALL | AI_ADDRCONFIG | AI_V4MAPPED | AI_NON_AUTHORITATIVE | AI_SECURE |
    AI_RETURN_PREFERRED_NAMES | AI_FQDN | AI_FILESERVER | AI_DISABLE_IDN_ENCODING;

std::optional<std::uint16_t> port_number(const std::string& text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return port;
}

/// Whether the question asks for sockets of that type and protocol.
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

}  // namespace

WsaError check(const Question& question) {
  if (!question.node && !question.service) return WsaError::host_not_found;
  const auto flags = static_cast<unsigned>(question.flags);
  if ((flags & ~kKnownQuestionFlags) != 0) return WsaError::invalid_argument;
  if ((flags & (AI_CANONNAME | AI_FQDN)) != 0 && !question.node) return WsaError::invalid_argument;
  if (question.family != AF_UNSPEC && question.family != AF_INET && question.family != AF_INET6) {
    return WsaError::family_not_supported;
  }
  const bool known_type = question.type >= 0 && question.type <= SOCK_RAW;
  return known_type ? WsaError::none : WsaError::socket_type_not_supported;
}

os::Resolved<Finding> answer_to(const Question& question) {
  auto offers = find_offers(question);
  if (!offers) return tl::unexpected{offers.error()};
  auto host = find_host(question);
  if (!host) return tl::unexpected{host.error()};
  return Finding{std::move(*host), std::move(*offers)};
}

}  // namespace wsalive::winsock

// getaddrinfo, gethostbyname2_r, gethostbyaddr_r and getnameinfo, and the walk over the interfaces that
// answers for this machine.

#include "os/names/resolver.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "base/owned.hpp"

namespace wsalive::os {
namespace {

struct CodeRow {
  int error;
  WsaError code;
};

constexpr std::array kResolverCodes{
    // clang-format off
    CodeRow{EAI_AGAIN,      WsaError::try_again},
    CodeRow{EAI_BADFLAGS,   WsaError::invalid_argument},
    CodeRow{EAI_FAIL,       WsaError::no_recovery},
    CodeRow{EAI_FAMILY,     WsaError::family_not_supported},
    CodeRow{EAI_MEMORY,     WsaError::not_enough_memory},
    CodeRow{EAI_NODATA,     WsaError::host_not_found},
    CodeRow{EAI_ADDRFAMILY, WsaError::host_not_found},
    CodeRow{EAI_NONAME,     WsaError::host_not_found},
    CodeRow{EAI_SERVICE,    WsaError::type_not_found},
    CodeRow{EAI_SOCKTYPE,   WsaError::socket_type_not_supported},
    // clang-format on
};

constexpr std::array kHostCodes{
    // clang-format off
    CodeRow{HOST_NOT_FOUND, WsaError::host_not_found},
    CodeRow{TRY_AGAIN,      WsaError::try_again},
    CodeRow{NO_RECOVERY,    WsaError::no_recovery},
    CodeRow{NO_DATA,        WsaError::no_data},
    // clang-format on
};

/// The code of a resolver's error; no_recovery for one that no row names (EAI_SYSTEM among them).
template <std::size_t size>
WsaError code_of(const std::array<CodeRow, size>& rows, int error) {
  const auto* const row = std::ranges::find(rows, error, &CodeRow::error);
  return row != rows.end() ? row->code : WsaError::no_recovery;
}

tl::unexpected<WsaError> refused(WsaError code) { return tl::unexpected<WsaError>{code}; }

Endpoint endpoint_in(const sockaddr& address) {
  Endpoint found{.family = family_of(address.sa_family)};
  if (found.family == Family::ipv4) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    std::memcpy(found.address.data(), &in.sin_addr, sizeof in.sin_addr);
  } else if (found.family == Family::ipv6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    std::memcpy(found.address.data(), &in.sin6_addr, sizeof in.sin6_addr);
    found.scope_id = in.sin6_scope_id;
  }
  return found;
}

socklen_t store_address(sockaddr_storage& storage, const Endpoint& endpoint) {
  if (endpoint.family == Family::ipv4) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(endpoint.port);
    std::memcpy(&in.sin_addr, endpoint.address.data(), sizeof in.sin_addr);
    std::memcpy(&storage, &in, sizeof in);
    return sizeof in;
  }
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(endpoint.port);
  in.sin6_scope_id = endpoint.scope_id;
  std::memcpy(&in.sin6_addr, endpoint.address.data(), sizeof in.sin6_addr);
  std::memcpy(&storage, &in, sizeof in);
  return sizeof in;
}

enum class Interfaces : std::uint8_t { loopback, others };

/// Addresses of this machine's interfaces that are up; IPv6 first, as Windows prefers it.
std::vector<Endpoint> interface_addresses(Family family, Interfaces wanted) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, Releases<::freeifaddrs>> owner{list};
  std::vector<Endpoint> found;
  for (const ifaddrs* at = list; at; at = at->ifa_next) {
    const bool is_loopback = (at->ifa_flags & IFF_LOOPBACK) != 0;
    if (!at->ifa_addr || (at->ifa_flags & IFF_UP) == 0) continue;
    if (is_loopback != (wanted == Interfaces::loopback)) continue;
    const Endpoint endpoint = endpoint_in(*at->ifa_addr);
    if (address_size(endpoint.family) == 0) continue;
    if (family == Family::none || family == endpoint.family) found.push_back(endpoint);
  }
  std::ranges::stable_sort(found, std::ranges::greater{}, &Endpoint::family);
  return found;
}

/// The addresses under which other machines reach this one; its loopback addresses if it has no others.
std::vector<Endpoint> local_addresses(Family family) {
  std::vector<Endpoint> found = interface_addresses(family, Interfaces::others);
  return found.empty() ? interface_addresses(family, Interfaces::loopback) : found;
}

bool is_this_machine(const char* name) {
  return *name == '\0' || ::strcasecmp(name, host_name().c_str()) == 0;
}

Resolved<Host> this_machine(Family family) {
  Host host{.name = host_name(), .aliases = {}, .addresses = local_addresses(family)};
  if (host.addresses.empty()) return refused(WsaError::host_not_found);
  return host;
}

int resolver_flags(const HostQuestion& question) {
  const auto flag = [](bool set, int bit) { return set ? bit : 0; };
  return flag(question.passive, AI_PASSIVE) | flag(question.numeric, AI_NUMERICHOST) |
         flag(question.canonical_name, AI_CANONNAME) | flag(question.v4_mapped, AI_V4MAPPED) |
         flag(question.all, AI_ALL) | flag(question.configured_only, AI_ADDRCONFIG);
}

Host host_in(const hostent& entry) {
  Host host{.name = entry.h_name ? entry.h_name : "", .aliases = {}, .addresses = {}};
  for (char** alias = entry.h_aliases; alias && *alias; ++alias) host.aliases.emplace_back(*alias);
  for (char** address = entry.h_addr_list; address && *address; ++address) {
    Endpoint endpoint{.family = family_of(entry.h_addrtype)};
    std::memcpy(endpoint.address.data(), *address, address_size(endpoint.family));
    host.addresses.push_back(endpoint);
  }
  return host;
}

/// Runs a gethostby*_r call, `ask(entry, buffer, result, error)`, with as much room as it needs.
template <typename Ask>
Resolved<Host> ask_host(Ask ask) {
  std::vector<char> buffer(1024);
  for (;;) {
    hostent entry{};
    hostent* result = nullptr;
    int error = 0;
    if (ask(entry, buffer, result, error) == ERANGE) {
      buffer.resize(buffer.size() * 2);
      continue;
    }
    if (!result) return refused(code_of(kHostCodes, error));
    return host_in(*result);
  }
}

}  // namespace

Resolved<Host> find_host(const HostQuestion& question) {
  if (question.name && !question.numeric && is_this_machine(question.name)) {
    return this_machine(question.family);
  }
  addrinfo hints{};
  hints.ai_flags = resolver_flags(question);
  hints.ai_family = linux_family(question.family);
  hints.ai_socktype = SOCK_STREAM;  // One answer per address; the caller spreads it over its types.
  addrinfo* list = nullptr;
  const char* const service = question.name ? nullptr : "0";
  const int error = ::getaddrinfo(question.name, service, &hints, &list);
  if (error != 0) return refused(code_of(kResolverCodes, error));

  const std::unique_ptr<addrinfo, Releases<::freeaddrinfo>> owner{list};
  Host host;
  if (list->ai_canonname) host.name = list->ai_canonname;
  for (const addrinfo* at = list; at; at = at->ai_next) {
    const Endpoint found = endpoint_in(*at->ai_addr);
    if (std::ranges::find(host.addresses, found) == host.addresses.end()) {
      host.addresses.push_back(found);  // Once, even if a hosts file has it twice.
    }
  }
  return host;
}

Resolved<Host> find_ipv4_host(const char* name) {
  if (is_this_machine(name)) return this_machine(Family::ipv4);
  return ask_host([name](hostent& entry, std::vector<char>& buffer, hostent*& result, int& error) {
    return ::gethostbyname2_r(name, AF_INET, &entry, buffer.data(), buffer.size(), &result, &error);
  });
}

Resolved<Host> find_host_of(const Endpoint& endpoint) {
  const auto size = static_cast<socklen_t>(address_size(endpoint.family));
  if (size == 0) return refused(WsaError::family_not_supported);
  return ask_host([&](hostent& entry, std::vector<char>& buffer, hostent*& result, int& error) {
    return ::gethostbyaddr_r(endpoint.address.data(), size, linux_family(endpoint.family), &entry,
                             buffer.data(), buffer.size(), &result, &error);
  });
}

Resolved<EndpointNames> find_names(const Endpoint& endpoint, const NameQuestion& question) {
  const auto flag = [](bool set, int bit) { return set ? bit : 0; };
  const int flags =
      flag(question.numeric_host, NI_NUMERICHOST) | flag(question.name_required, NI_NAMEREQD) |
      flag(question.local_part_only, NI_NOFQDN) | flag(question.numeric_service, NI_NUMERICSERV) |
      flag(question.datagram, NI_DGRAM);
  sockaddr_storage storage{};
  const socklen_t size = store_address(storage, endpoint);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> service{};
  const int error = ::getnameinfo(reinterpret_cast<const sockaddr*>(&storage), size, host.data(),
                                  host.size(), service.data(), service.size(), flags);
  if (error != 0) return refused(code_of(kResolverCodes, error));
  return EndpointNames{.host = host.data(), .service = service.data()};
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

}  // namespace wsalive::os

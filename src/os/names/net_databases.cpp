#include "os/names/net_databases.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace wsalive::os {
namespace {

struct ServiceRow {
  std::string_view name;
  std::string_view alias;
  std::uint16_t port;
  bool tcp;
  bool udp;
};

struct ProtocolRow {
  std::string_view name;
  std::string_view alias;
  int number;
};

// clang-format off
constexpr std::array kServices{
    ServiceRow{"echo",         "",      7,    true,  true },
    ServiceRow{"discard",      "sink",  9,    true,  true },
    ServiceRow{"daytime",      "",      13,   true,  true },
    ServiceRow{"ftp-data",     "",      20,   true,  false},
    ServiceRow{"ftp",          "",      21,   true,  false},
    ServiceRow{"ssh",          "",      22,   true,  false},
    ServiceRow{"telnet",       "",      23,   true,  false},
    ServiceRow{"smtp",         "mail",  25,   true,  false},
    ServiceRow{"domain",       "",      53,   true,  true },
    ServiceRow{"tftp",         "",      69,   false, true },
    ServiceRow{"http",         "www",   80,   true,  false},
    ServiceRow{"kerberos",     "krb5",  88,   true,  true },
    ServiceRow{"pop3",         "",      110,  true,  false},
    ServiceRow{"sunrpc",       "rpcbind", 111, true, true },
    ServiceRow{"nntp",         "usenet", 119, true,  false},
    ServiceRow{"ntp",          "",      123,  false, true },
    ServiceRow{"epmap",        "loc-srv", 135, true, true },
    ServiceRow{"netbios-ns",   "",      137,  true,  true },
    ServiceRow{"netbios-dgm",  "",      138,  false, true },
    ServiceRow{"netbios-ssn",  "",      139,  true,  false},
    ServiceRow{"imap",         "imap4", 143,  true,  false},
    ServiceRow{"snmp",         "",      161,  false, true },
    ServiceRow{"ldap",         "",      389,  true,  false},
    ServiceRow{"https",        "",      443,  true,  true },
    ServiceRow{"microsoft-ds", "",      445,  true,  true },
    ServiceRow{"ldaps",        "sldap", 636,  true,  false},
    ServiceRow{"ms-sql-s",     "",      1433, true,  true },
};

constexpr std::array kProtocols{
    ProtocolRow{"ip",         "IP",         0 },
    ProtocolRow{"icmp",       "ICMP",       1 },
    ProtocolRow{"ggp",        "GGP",        3 },
    ProtocolRow{"tcp",        "TCP",        6 },
    ProtocolRow{"egp",        "EGP",        8 },
    ProtocolRow{"pup",        "PUP",        12},
    ProtocolRow{"udp",        "UDP",        17},
    ProtocolRow{"hmp",        "HMP",        20},
    ProtocolRow{"xns-idp",    "XNS-IDP",    22},
    ProtocolRow{"rdp",        "RDP",        27},
    ProtocolRow{"ipv6",       "IPv6",       41},
    ProtocolRow{"ipv6-route", "IPv6-Route", 43},
    ProtocolRow{"ipv6-frag",  "IPv6-Frag",  44},
    ProtocolRow{"esp",        "ESP",        50},
    ProtocolRow{"ah",         "AH",         51},
    ProtocolRow{"ipv6-icmp",  "IPv6-ICMP",  58},
    ProtocolRow{"ipv6-nonxt", "IPv6-NoNxt", 59},
    ProtocolRow{"ipv6-opts",  "IPv6-Opts",  60},
    ProtocolRow{"rvd",        "RVD",        66},
};
// clang-format on
static_assert(std::ranges::is_sorted(kServices, {}, &ServiceRow::port));
static_assert(std::ranges::is_sorted(kProtocols, {}, &ProtocolRow::number));

std::vector<std::string> list_of(char** names) {
  std::vector<std::string> list;
  for (; names && *names; ++names) list.emplace_back(*names);
  return list;
}

std::vector<std::string> list_of(std::string_view alias) {
  if (alias.empty()) return {};
  return {std::string{alias}};
}

Service own(const servent& entry) {
  return {.name = entry.s_name,
          .aliases = list_of(entry.s_aliases),
          .protocol = entry.s_proto,
          .port = ntohs(static_cast<std::uint16_t>(entry.s_port))};
}

Protocol own(const protoent& entry) {
  return {.name = entry.p_name, .aliases = list_of(entry.p_aliases), .number = entry.p_proto};
}

/// Runs a get*_r call, `ask(entry, buffer, result)`, with as much room as it needs.
template <typename Entry, typename Ask>
auto ask_files(Ask ask) -> std::optional<decltype(own(Entry{}))> {
  std::vector<char> buffer(1024);
  for (;;) {
    Entry entry{};
    Entry* result = nullptr;
    if (ask(entry, buffer, result) == ERANGE) {
      buffer.resize(buffer.size() * 2);
      continue;
    }
    if (!result) return std::nullopt;
    return own(*result);
  }
}

/// The protocol under which a row is found: the wanted one, or with null the first that it has.
std::optional<std::string> protocol_of(const ServiceRow& row, const char* wanted) {
  const std::string_view asked = wanted ? wanted : row.tcp ? "tcp" : "udp";
  const bool has = (asked == "tcp" && row.tcp) || (asked == "udp" && row.udp);
  return has ? std::optional{std::string{asked}} : std::nullopt;
}

template <typename Matches>
std::optional<Service> find_service(const char* protocol, Matches matches) {
  for (const ServiceRow& row : kServices) {
    const std::optional<std::string> found = protocol_of(row, protocol);
    if (!found || !matches(row)) continue;
    return Service{std::string{row.name}, list_of(row.alias), *found, row.port};
  }
  return std::nullopt;
}

template <typename Matches>
std::optional<Protocol> find_protocol(Matches matches) {
  const auto* const row = std::ranges::find_if(kProtocols, matches);
  if (row == kProtocols.end()) return std::nullopt;
  return Protocol{std::string{row->name}, list_of(row->alias), row->number};
}

}  // namespace

std::optional<Service> service_named(const char* name, const char* protocol) {
  auto found = ask_files<servent>([&](servent& entry, std::vector<char>& buffer, servent*& result) {
    return ::getservbyname_r(name, protocol, &entry, buffer.data(), buffer.size(), &result);
  });
  if (found) return found;
  return find_service(protocol, [wanted = std::string_view{name}](const ServiceRow& row) {
    return row.name == wanted || (!row.alias.empty() && row.alias == wanted);
  });
}

std::optional<Service> service_on(std::uint16_t port, const char* protocol) {
  auto found = ask_files<servent>([&](servent& entry, std::vector<char>& buffer, servent*& result) {
    return ::getservbyport_r(htons(port), protocol, &entry, buffer.data(), buffer.size(), &result);
  });
  if (found) return found;
  return find_service(protocol, [port](const ServiceRow& row) { return row.port == port; });
}

std::optional<Protocol> protocol_named(const char* name) {
  auto found =
      ask_files<protoent>([&](protoent& entry, std::vector<char>& buffer, protoent*& result) {
        return ::getprotobyname_r(name, &entry, buffer.data(), buffer.size(), &result);
      });
  if (found) return found;
  return find_protocol([wanted = std::string_view{name}](const ProtocolRow& row) {
    return row.name == wanted || row.alias == wanted;
  });
}

std::optional<Protocol> protocol_numbered(int number) {
  auto found =
      ask_files<protoent>([&](protoent& entry, std::vector<char>& buffer, protoent*& result) {
        return ::getprotobynumber_r(number, &entry, buffer.data(), buffer.size(), &result);
      });
  if (found) return found;
  return find_protocol([number](const ProtocolRow& row) { return row.number == number; });
}

}  // namespace wsalive::os

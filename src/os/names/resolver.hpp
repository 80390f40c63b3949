// Names and addresses of hosts from this machine's resolver (files, DNS, by
// nsswitch.conf), with Windows' answers where the two differ: the empty name and the machine's own
// name mean the addresses of its interfaces, even if the hosts file has others (K-107).
//
// Any thread; calls may block for as long as the resolver does. Failures are Windows' codes.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/wsa_error.hpp"
#include "os/socket/address.hpp"

namespace wsalive::os {

template <typename T>
using Resolved = tl::expected<T, WsaError>;

/// A host as asked for.
struct HostQuestion {
  const char* name = nullptr;    ///< Null: this machine, any address if `passive`, else loopback.
  Family family = Family::none;  ///< None: IPv4 and IPv6.
  bool passive = false;
  bool numeric = false;  ///< Only an address as text, no look-up.
  bool canonical_name = false;
  bool v4_mapped = false;        ///< IPv6 only: IPv4 addresses, mapped, if there are no others.
  bool all = false;              ///< With `v4_mapped`: both.
  bool configured_only = false;  ///< Only families of which this machine has an address.
};

/// A host as found, without ports.
struct Host {
  std::string name;  ///< The canonical one, where it was asked for.
  std::vector<std::string> aliases;
  std::vector<Endpoint> addresses;  ///< At least one; in the order to try them in.
};

/// Addresses of a host, in the order of preference. Aliases are not filled in.
[[nodiscard]] Resolved<Host> find_host(const HostQuestion& question);

/// The old look-up: IPv4, canonical name, aliases.
[[nodiscard]] Resolved<Host> find_ipv4_host(const char* name);

/// The host that has an address.
[[nodiscard]] Resolved<Host> find_host_of(const Endpoint& endpoint);

/// How to write an endpoint.
struct NameQuestion {
  bool numeric_host = false;
  bool name_required = false;  ///< A host without a name is an error, not its number.
  bool local_part_only = false;
  bool numeric_service = false;
  bool datagram = false;
};

struct EndpointNames {
  std::string host;
  std::string service;
};

/// Names of an endpoint's host and port, numbers where there are none.
[[nodiscard]] Resolved<EndpointNames> find_names(const Endpoint& endpoint,
                                                 const NameQuestion& question);

/// This machine's name.
[[nodiscard]] std::string host_name();

}  // namespace wsalive::os

// A made-up network of two or three hosts, for tests and the demo:
//
//     direct             client ------------------- server
//     through_firewall   client ---- firewall ---- server
//
// Each host is a network namespace, each line a veth pair with fixed addresses and permanent
// neighbour entries, so that nothing but the traffic in question is on the wire. The firewall is the
// kernel's own: nftables with conntrack. It passes connections that began with a SYN, and
// forgets one that has been silent for too long. It drops segments of a forgotten connection silently.
//
// The process must stand in namespaces of its own (enter_private_namespaces). Functions run `ip` and
// `nft`; each takes a few milliseconds. Everything goes with the object.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "lab/namespaces.hpp"

namespace wsalive::lab {

enum class Shape : std::uint8_t { direct, through_firewall };

/// Names of interfaces and addresses, the same in every network.
struct Wiring {
  static constexpr std::string_view client_v4 = "10.77.1.1";
  static constexpr std::string_view client_v6 = "fd77:1::1";
  static constexpr std::string_view server_v4 = "10.77.2.1";
  static constexpr std::string_view server_v6 = "fd77:2::1";
  static constexpr std::string_view client_interface = "wire0";  ///< On the client.
  static constexpr std::string_view server_interface = "wire0";  ///< On the server.
};

class Network {
 public:
  /// Hosts, cables, addresses and routes. The firewall, if any, forwards everything at first.
  [[nodiscard]] static Setup<Network> make(Shape shape);

  [[nodiscard]] const NetworkNamespace& client() const noexcept { return client_; }
  [[nodiscard]] const NetworkNamespace& server() const noexcept { return server_; }
  /// Only in a network with a firewall.
  [[nodiscard]] const NetworkNamespace& firewall() const;

  /// From now on the firewall tracks connections and forgets one after `idle` of silence. Needs a
  /// network with a firewall; whole seconds, 1 or more. Connections that are open already are
  /// unknown to it and die.
  [[nodiscard]] Setup<void> forget_after(std::chrono::seconds idle) const;

  /// From now on nothing reaches the server or leaves it, without an error. With a firewall the cut is
  /// there, else at the server's interface.
  [[nodiscard]] Setup<void> cut_cable() const;
  [[nodiscard]] Setup<void> mend_cable() const;

 private:
  Network(NetworkNamespace client, NetworkNamespace server,
          std::optional<NetworkNamespace> firewall) noexcept
      : client_(std::move(client)), server_(std::move(server)), firewall_(std::move(firewall)) {}

  NetworkNamespace client_;
  NetworkNamespace server_;
  std::optional<NetworkNamespace> firewall_;
};

/// Runs `nft -f -` with these rules on one host.
[[nodiscard]] Setup<void> apply_nft(const NetworkNamespace& host, std::string_view rules);

/// Writes a sysctl on one host: `set_sysctl(net.server(), "net/ipv4/tcp_retries2", "3")`.
[[nodiscard]] Setup<void> set_sysctl(const NetworkNamespace& host, std::string_view name,
                                     std::string_view value);

}  // namespace wsalive::lab

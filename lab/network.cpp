#include "lab/network.hpp"

#include <fmt/format.h>

#include <cstring>

#include "base/check.hpp"

namespace wsalive::lab {
namespace {

/// One end of a cable: the interface, its own addresses and hardware address.
struct Plug {
  std::string_view name;
  std::string_view v4;
  std::string_view v6;
  std::string_view mac;
};

// Two hosts are one link with both addresses; with a firewall the middle has an end on each link.
constexpr Plug kClient{Wiring::client_interface, Wiring::client_v4, Wiring::client_v6,
                       "02:77:00:00:01:01"};
constexpr Plug kServer{Wiring::server_interface, Wiring::server_v4, Wiring::server_v6,
                       "02:77:00:00:02:01"};
constexpr Plug kInside{"inside", "10.77.1.254", "fd77:1::fe", "02:77:00:00:01:fe"};
constexpr Plug kOutside{"outside", "10.77.2.254", "fd77:2::fe", "02:77:00:00:02:fe"};

Setup<void> ip_batch(const NetworkNamespace& host, const std::string& lines) {
  const Visit visit{host};
  return run_command({"ip", "-batch", "-"}, lines).map([](const std::string&) {});
}

/// Addresses and one permanent neighbour; `bits` is the width of the shared link.
std::string plugged(const Plug& own, const Plug& other) {
  return fmt::format(
      "link set {0} up\n"
      "addr add {1}/24 dev {0}\n"
      "addr add {2}/64 dev {0} nodad\n"
      "neigh replace {3} lladdr {5} dev {0} nud permanent\n"
      "neigh replace {4} lladdr {5} dev {0} nud permanent\n",
      own.name, own.v4, own.v6, other.v4, other.v6, other.mac);
}

/// On a direct cable the other end lies in a foreign subnet; through a firewall it is the way there.
std::string routed(const Plug& own, const Plug& target, const Plug& gateway) {
  if (&target == &gateway) {
    return fmt::format("route add {1}/32 dev {0}\nroute add {2}/128 dev {0}\n", own.name, target.v4,
                       target.v6);
  }
  return fmt::format("route add {}/32 via {}\nroute add {}/128 via {}\n", target.v4, gateway.v4,
                     target.v6, gateway.v6);
}

Setup<void> lay_cable(const NetworkNamespace& left, const Plug& left_plug,
                      const NetworkNamespace& right, const Plug& right_plug) {
  const Visit visit{left};
  return run_command(
             {"ip", "-batch", "-"},
             fmt::format("link add {} address {} type veth peer name {} address {} netns {}\n",
                         left_plug.name, left_plug.mac, right_plug.name, right_plug.mac,
                         right.path()))
      .map([](const std::string&) {});
}

Setup<void> wire_directly(const NetworkNamespace& client, const NetworkNamespace& server) {
  return lay_cable(client, kClient, server, kServer)
      .and_then([&] {
        return ip_batch(client, plugged(kClient, kServer) + routed(kClient, kServer, kServer));
      })
      .and_then([&] {
        return ip_batch(server, plugged(kServer, kClient) + routed(kServer, kClient, kClient));
      });
}

Setup<void> wire_through(const NetworkNamespace& client, const NetworkNamespace& firewall,
                         const NetworkNamespace& server) {
  return lay_cable(client, kClient, firewall, kInside)
      .and_then([&] { return lay_cable(firewall, kOutside, server, kServer); })
      .and_then([&] {
        return ip_batch(firewall, plugged(kInside, kClient) + plugged(kOutside, kServer));
      })
      .and_then([&] {
        return ip_batch(client, plugged(kClient, kInside) + routed(kClient, kServer, kInside));
      })
      .and_then([&] {
        return ip_batch(server, plugged(kServer, kOutside) + routed(kServer, kClient, kOutside));
      })
      .and_then([&] { return set_sysctl(firewall, "net/ipv4/ip_forward", "1"); })
      .and_then([&] { return set_sysctl(firewall, "net/ipv6/conf/all/forwarding", "1"); });
}

Trouble sentence(const SysError& error) {
  return fmt::format("{}: {}", error.attempt, std::strerror(error.code));
}

constexpr std::string_view kTracking = R"(
table inet wsalive_firewall {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ct state new tcp flags & (fin | syn | rst | ack) == syn accept
  }
}
)";

// Before connection tracking, which must not see what a cut cable carries.
constexpr std::string_view kCut = R"(
table inet wsalive_cut {
  chain in { type filter hook prerouting priority -400; policy drop; iif lo accept; }
  chain out { type filter hook postrouting priority 400; policy drop; oif lo accept; }
}
)";

}  // namespace

Setup<void> apply_nft(const NetworkNamespace& host, std::string_view rules) {
  const Visit visit{host};
  return run_command({"nft", "-f", "-"}, rules).map([](const std::string&) {});
}

Setup<void> set_sysctl(const NetworkNamespace& host, std::string_view name,
                       std::string_view value) {
  const Visit visit{host};
  return set_sysctl(name, value);
}

Setup<Network> Network::make(Shape shape) {
  auto client = NetworkNamespace::create();
  if (!client) return tl::unexpected(sentence(client.error()));
  auto server = NetworkNamespace::create();
  if (!server) return tl::unexpected(sentence(server.error()));
  Network network{std::move(*client), std::move(*server), std::nullopt};
  if (shape == Shape::through_firewall) {
    auto firewall = NetworkNamespace::create();
    if (!firewall) return tl::unexpected(sentence(firewall.error()));
    network.firewall_ = std::move(*firewall);
  }
  const Setup<void> wired = network.firewall_
                                ? wire_through(network.client_, *network.firewall_, network.server_)
                                : wire_directly(network.client_, network.server_);
  if (!wired) return tl::unexpected(wired.error());
  return network;
}

const NetworkNamespace& Network::firewall() const {
  WSALIVE_CHECK(firewall_);
  return *firewall_;
}

Setup<void> Network::forget_after(std::chrono::seconds idle) const {
  // The rules come first: they start the tracking, and with it the sysctls' effect. Without `loose`
  // a segment in the middle of an unknown connection is invalid instead of a new beginning.
  return apply_nft(firewall(), kTracking)
      .and_then([&] {
        return set_sysctl(firewall(), "net/netfilter/nf_conntrack_tcp_timeout_established",
                          std::to_string(idle.count()));
      })
      .and_then(
          [&] { return set_sysctl(firewall(), "net/netfilter/nf_conntrack_tcp_loose", "0"); });
}

Setup<void> Network::cut_cable() const { return apply_nft(firewall_ ? *firewall_ : server_, kCut); }

Setup<void> Network::mend_cable() const {
  return apply_nft(firewall_ ? *firewall_ : server_, "delete table inet wsalive_cut\n");
}

}  // namespace wsalive::lab

#include "attach/inspect/socket_kind.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <string_view>

#include "os/socket/int_option.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::attach {
namespace {

constexpr int kAny = -1;

struct KindRow {
  int domain, type, protocol;
  std::string_view words;
};

constexpr int kVsock = 40;  // AF_VSOCK and AF_XDP, whose headers are their own.
constexpr int kXdp = 44;

// The first that fits.
constexpr std::array kKinds{
    // clang-format off
    KindRow{AF_UNIX,    kAny,           kAny,            "a Unix socket: both ends are on this machine, and the kernel tells at once when one is gone"},
    KindRow{AF_NETLINK, kAny,           kAny,            "a netlink socket: it talks to the kernel"},
    KindRow{AF_PACKET,  kAny,           kAny,            "a packet socket: it has no connection"},
    KindRow{kVsock,     kAny,           kAny,            "a vsock socket: it joins a guest and its host, and has no keep-alive"},
    KindRow{kXdp,       kAny,           kAny,            "an XDP socket: it has no connection"},
    KindRow{kAny,       SOCK_RAW,       kAny,            "a raw socket: it has no connection"},
    KindRow{kAny,       kAny,           IPPROTO_UDP,     "a UDP socket: it has no connection, and only datagrams of the program keep a path open"},
    KindRow{kAny,       kAny,           IPPROTO_UDPLITE, "a UDP-Lite socket: it has no connection, and only datagrams of the program keep a path open"},
    KindRow{kAny,       kAny,           IPPROTO_SCTP,    "an SCTP socket: it has heartbeats of its own (SCTP_PEER_ADDR_PARAMS)"},
    KindRow{kAny,       SOCK_DGRAM,     IPPROTO_ICMP,    "an ICMP socket: it has no connection"},
    KindRow{kAny,       SOCK_DGRAM,     IPPROTO_ICMPV6,  "an ICMP socket: it has no connection"},
    // clang-format on
};

bool fits(int asked, int value) { return asked == kAny || asked == value; }

/// A TCP socket that sock_diag does not list.
std::string ended_words(int fd) {
  const Result<os::TcpFacts> facts = os::tcp_facts(fd);
  if (!facts || facts->state != os::TcpState::close)
    return "a TCP socket without a connection that fits";
  if (facts->segments_out == 0)
    return "a TCP socket that is not connected: keep-alive begins with the connection";
  if (facts->probes != 0 && os::unacknowledged_bytes(fd).value_or(1) == 0) {
    return "a TCP socket whose connection has ended: " + std::to_string(facts->probes) +
           (facts->probes == 1 ? " keep-alive probe" : " keep-alive probes") + " went unanswered";
  }
  return "a TCP socket whose connection has ended: the program has been told, or is told when it "
         "asks";
}

}  // namespace

std::string kind_words(int fd) {
  const auto number = [fd](int name) { return os::int_option(fd, SOL_SOCKET, name, "getsockopt"); };
  const Result<int> domain = number(SO_DOMAIN);
  const Result<int> type = number(SO_TYPE);
  const Result<int> protocol = number(SO_PROTOCOL);
  if (!domain || !type || !protocol) return "no socket";
  if (*protocol == IPPROTO_TCP && *type == SOCK_STREAM) return ended_words(fd);
  for (const KindRow& row : kKinds) {
    if (fits(row.domain, *domain) && fits(row.type, *type) && fits(row.protocol, *protocol))
      return std::string{row.words};
  }
  return "a socket of another protocol than TCP";
}

}  // namespace wsalive::attach

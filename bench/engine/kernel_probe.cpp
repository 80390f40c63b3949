#include "engine/kernel_probe.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>

#include "os/namespaces.hpp"
#include "peers.hpp"

namespace wsalive::bench {

double kernel_probe_us() {
  // A peer answers one probe in 500 ms unless told otherwise.
  (void)wsalive::os::set_sysctl("net/ipv4/tcp_invalid_ratelimit", "0");
  const Peers peers;
  const Fd socket = connect_to(peers.hearing());
  constexpr int kProbes = 5000;
  const int off = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kProbes; ++i) {
    // On a socket that never was in repair mode this sends a probe and nothing else.
    if (::setsockopt(socket.get(), IPPROTO_TCP, TCP_REPAIR, &off, sizeof off) != 0) return 0;
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  (void)wsalive::os::set_sysctl("net/ipv4/tcp_invalid_ratelimit", "500");
  return took.count() / kProbes;
}

}  // namespace wsalive::bench

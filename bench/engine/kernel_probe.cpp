#include "engine/kernel_probe.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <ctime>

#include "lab/namespaces.hpp"
#include "peers.hpp"

namespace wsalive::bench {
namespace {

constexpr std::size_t kSockets = 500;
constexpr int kTurns = 6;

double thread_us() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

}  // namespace

KernelProbe::KernelProbe(std::uint16_t port) {
  // A peer answers one probe in 500 ms unless told otherwise.
  (void)lab::set_sysctl("net/ipv4/tcp_invalid_ratelimit", "0");
  while (sockets_.size() < kSockets) sockets_.push_back(connect_to(port));
}

KernelProbe::~KernelProbe() { (void)lab::set_sysctl("net/ipv4/tcp_invalid_ratelimit", "500"); }

double KernelProbe::burst_us() const {
  const int off = 0;
  const double begin = thread_us();
  for (int turn = 0; turn < kTurns; ++turn) {
    for (const Fd& each : sockets_) {
      // On a socket that never was in repair mode this sends a probe and nothing else.
      if (::setsockopt(each.get(), IPPROTO_TCP, TCP_REPAIR, &off, sizeof off) != 0) return 0;
    }
  }
  return (thread_us() - begin) / static_cast<double>(kTurns * kSockets);
}

}  // namespace wsalive::bench

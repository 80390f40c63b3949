// The loops through Linux's own calls.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>

namespace wsalive::bench {
namespace {
namespace face {

using Socket = int;
using Length = socklen_t;
using Size = std::ptrdiff_t;
using PollItem = pollfd;
constexpr Socket kNone = -1;

bool is_good(Socket socket) { return socket >= 0; }
void close(Socket socket) { ::close(socket); }

int set_keep_alive(Socket socket, int value) {
  return ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &value, sizeof value);
}

/// The same sequence: Windows refuses the switch in some states, so the state is asked for first.
int set_keep_alive_connected(Socket socket, int value) {
  unsigned char state = 0;
  socklen_t size = sizeof state;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &state, &size) != 0) return -1;
  return state == TCP_ESTABLISHED ? set_keep_alive(socket, value) : -1;
}

/// What a Linux program says for the same: switch, interval, idle time.
int keep_alive_values(Socket socket, unsigned idle_seconds, unsigned interval_seconds) {
  const int idle = static_cast<int>(idle_seconds);
  const int interval = static_cast<int>(interval_seconds);
  return ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval) |
         ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle) |
         set_keep_alive(socket, 1);
}

int poll(PollItem* items, std::size_t count) { return ::poll(items, count, 0); }

}  // namespace face
}  // namespace
}  // namespace wsalive::bench

#include "calls/loops.hpp"

namespace wsalive::bench {

Cases raw_cases() { return {kCases, std::size(kCases)}; }

}  // namespace wsalive::bench

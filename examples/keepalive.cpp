// Keep-alive to the millisecond on a descriptor of your own: ten lines.
// Usage: keepalive HOST PORT. Prints what is in force and when a dead peer would be noticed.

#include <netdb.h>
#include <sys/socket.h>

#include <cstdio>

#include "wsalive/keepalive.hpp"

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  addrinfo* peer = nullptr;
  if (argc != 3 || ::getaddrinfo(argv[1], argv[2], nullptr, &peer) != 0) return 2;
  const int fd = ::socket(peer->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd, peer->ai_addr, peer->ai_addrlen) != 0) return 1;

  const auto now = wsalive::set_keep_alive(fd, {.idle = 1500ms, .interval = 500ms, .probes = 5});
  if (!now) return std::printf("refused: %s\n", now.error().message().c_str()), 1;
  std::printf("%s; a peer silent from now is given up in %lld ms\n",
              now->is_exact() ? "exactly as wanted" : "nearly as wanted",
              static_cast<long long>(now->to_give_up.value_or(0ms).count()));
  ::freeaddrinfo(peer);
  return 0;
}

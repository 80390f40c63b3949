// The program that run_bench runs each way: for every number N on its input it makes N connections to the
// port of its argument, closes them, and says how many nanoseconds each took. With a second argument it sets
// keep-alive itself, by the four calls that `wsalive run` spares it.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

void set(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

void set_keep_alive(int fd) {
  set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 45);
  set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(fd, IPPROTO_TCP, TCP_KEEPCNT, 5);
}

void connect_once(const sockaddr_in& address, bool sets_keep_alive) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (sets_keep_alive) set_keep_alive(fd);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    std::perror("connector: connect");
    std::exit(1);
  }
  const linger reset{1, 0};  // No TIME_WAIT, which would use the ports up.
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<in_port_t>(std::atoi(argv[1])));
  for (long count = 0; std::scanf("%ld", &count) == 1;) {
    const auto begin = std::chrono::steady_clock::now();
    for (long i = 0; i < count; ++i) connect_once(address, argc > 2);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    std::printf("%.1f\n", took.count() / static_cast<double>(count));
    std::fflush(stdout);
  }
}

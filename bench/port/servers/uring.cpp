// The echo server on io_uring, one thread, with the flags that were fastest here. Exit status 77 where the
// host denies io_uring.
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "port/servers/life.hpp"

namespace wsalive::bench {
namespace {

enum class Step { receive, send };

struct Connection {
  int fd = -1;
  Step step = Step::receive;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::array<char, kRoom> bytes;
};

int listening() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(fd, any, size) != 0 || ::listen(fd, 4096) != 0 || ::getsockname(fd, any, &size) != 0) {
    give_up("listening");
  }
  live_until_input_ends(ntohs(address.sin_port));
  return fd;
}

class Server {
 public:
  explicit Server(io_uring& ring, int listener) : ring_(ring), listener_(listener) {}

  [[noreturn]] void run() {
    accept_more();
    for (;;) {
      ::io_uring_submit_and_wait(&ring_, 1);
      io_uring_cqe* done = nullptr;
      unsigned head = 0;
      unsigned count = 0;
      io_uring_for_each_cqe(&ring_, head, done) {
        ++count;
        auto* const connection = static_cast<Connection*>(::io_uring_cqe_get_data(done));
        connection ? go_on(*connection, done->res) : accepted(done->res);
      }
      ::io_uring_cq_advance(&ring_, count);
    }
  }

 private:
  io_uring_sqe* entry() {
    io_uring_sqe* free = ::io_uring_get_sqe(&ring_);
    while (!free) {
      ::io_uring_submit(&ring_);
      free = ::io_uring_get_sqe(&ring_);
    }
    return free;
  }

  void accept_more() {
    io_uring_sqe* const asked = entry();
    ::io_uring_prep_accept(asked, listener_, nullptr, nullptr, SOCK_CLOEXEC);
    ::io_uring_sqe_set_data(asked, nullptr);
  }

  void accepted(int fd) {
    accept_more();
    if (fd < 0) return;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto* const fresh = new Connection;
    fresh->fd = fd;
    receive(*fresh);
  }

  void receive(Connection& it) {
    it.step = Step::receive;
    io_uring_sqe* const asked = entry();
    ::io_uring_prep_recv(asked, it.fd, it.bytes.data(), it.bytes.size(), 0);
    ::io_uring_sqe_set_data(asked, &it);
  }

  void send(Connection& it) {
    it.step = Step::send;
    io_uring_sqe* const asked = entry();
    ::io_uring_prep_send(asked, it.fd, it.bytes.data() + it.begin, it.end - it.begin, MSG_NOSIGNAL);
    ::io_uring_sqe_set_data(asked, &it);
  }

  void go_on(Connection& it, int result) {
    if (result <= 0) {
      ::close(it.fd);
      delete &it;
      return;
    }
    if (it.step == Step::receive) {
      it.begin = 0;
      it.end = static_cast<std::size_t>(result);
      return send(it);
    }
    it.begin += static_cast<std::size_t>(result);
    it.begin < it.end ? send(it) : receive(it);
  }

  io_uring& ring_;
  int listener_;
};

int run() {
  io_uring ring{};
  if (::io_uring_queue_init(4096, &ring, IORING_SETUP_COOP_TASKRUN) != 0 &&
      ::io_uring_queue_init(4096, &ring, 0) != 0) {
    return 77;
  }
  Server{ring, listening()}.run();
}

}  // namespace
}  // namespace wsalive::bench

int main() { return wsalive::bench::run(); }

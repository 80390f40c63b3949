// The loops that are measured, once for both worlds.
//
// A face (winsock_face.cpp, raw_face.cpp) includes its own network headers, defines in namespace `face`
// the few names that differ between Winsock and BSD, and then includes this file: what is timed is the
// same text. All sockets are on loopback and both ends are in the calling thread, so that calls are
// measured and not the scheduler. Setting up is not timed.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <vector>

#include "calls/cases.hpp"

namespace wsalive::bench {
namespace {

void need(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "calls_bench: %s failed\n", what);
  std::exit(1);
}

/// Nanoseconds per round of `body(round)`.
template <typename Body>
double timed(long rounds, Body body) {
  const double begin = now_ns();
  for (long round = 0; round < rounds; ++round) body(round);
  return (now_ns() - begin) / static_cast<double>(rounds);
}

class Owned {
 public:
  explicit Owned(face::Socket socket) : socket_(socket) { need(face::is_good(socket), "socket"); }
  Owned(Owned&& other) noexcept : socket_(other.socket_) { other.socket_ = face::kNone; }
  Owned& operator=(Owned&&) = delete;
  ~Owned() {
    if (face::is_good(socket_)) face::close(socket_);
  }
  operator face::Socket() const { return socket_; }  // NOLINT(google-explicit-constructor)

 private:
  face::Socket socket_;
};

Owned fresh() { return Owned{socket(AF_INET, SOCK_STREAM, 0)}; }

sockaddr_in loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

struct Listener {
  Owned socket = fresh();
  sockaddr_in address = loopback();

  Listener() {
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    face::Length size = sizeof address;
    need(bind(socket, any, sizeof address) == 0, "bind");
    need(listen(socket, 128) == 0, "listen");
    need(getsockname(socket, any, &size) == 0, "getsockname");
  }
  void reach(face::Socket from) const {
    need(connect(from, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
         "connect");
  }
};

struct Pair {
  Listener listener;
  Owned caller = fresh();
  Owned taken{(listener.reach(caller), accept(listener.socket, nullptr, nullptr))};

  Pair() {
    const int on = 1;  // Small segments leave at once.
    for (const Owned* each : {&caller, &taken}) {
      setsockopt(*each, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&on), sizeof on);
    }
  }
};

double get_option(face::Socket socket, int level, int name, long rounds) {
  return timed(rounds, [=](long) {
    int value = 0;
    face::Length size = sizeof value;
    need(getsockopt(socket, level, name, reinterpret_cast<char*>(&value), &size) == 0,
         "getsockopt");
  });
}

double get_keep_alive(long rounds) { return get_option(fresh(), SOL_SOCKET, SO_KEEPALIVE, rounds); }
double get_keep_alive_connected(long rounds) {
  return get_option(Pair{}.caller, SOL_SOCKET, SO_KEEPALIVE, rounds);
}
double get_no_delay(long rounds) { return get_option(fresh(), IPPROTO_TCP, TCP_NODELAY, rounds); }

/// On and off by turns.
double set_keep_alive(long rounds) {
  const Owned socket = fresh();
  return timed(rounds, [&](long round) {
    const int value = static_cast<int>(round & 1);
    need(face::set_keep_alive(socket, value) == 0, "setsockopt");
  });
}
double set_keep_alive_connected(long rounds) {
  const Pair pair;
  return timed(rounds, [&](long round) {
    const int value = static_cast<int>(round & 1);
    need(face::set_keep_alive_connected(pair.caller, value) == 0, "setsockopt");
  });
}
double set_no_delay(long rounds) {
  const Owned socket = fresh();
  return timed(rounds, [&](long round) {
    const int value = static_cast<int>(round & 1);
    need(setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&value),
                    sizeof value) == 0,
         "setsockopt");
  });
}

/// Other values each time; whole seconds, as the kernel can keep them.
double set_values(long rounds) {
  const Pair pair;
  return timed(rounds, [&](long round) {
    const unsigned seconds = static_cast<unsigned>(round & 1);
    need(face::keep_alive_values(pair.caller, 7200 + seconds, 1 + seconds) == 0, "the values");
  });
}

double make_and_close(long rounds) {
  return timed(rounds, [](long) { Owned{socket(AF_INET, SOCK_STREAM, 0)}; });
}

double connect_accept_close(long rounds) {
  const Listener listener;
  return timed(rounds, [&](long) {
    const Owned caller = fresh();
    listener.reach(caller);
    const Owned taken{accept(listener.socket, nullptr, nullptr)};
  });
}

void send_all(face::Socket to, const std::vector<char>& bytes) {
  face::Size done = 0;
  const auto size = static_cast<face::Size>(bytes.size());
  while (done < size) {
    const auto sent = send(to, bytes.data() + done, static_cast<std::size_t>(size - done), 0);
    need(sent > 0, "send");
    done += static_cast<face::Size>(sent);
  }
}

void receive_all(face::Socket from, std::vector<char>& bytes) {
  face::Size done = 0;
  const auto size = static_cast<face::Size>(bytes.size());
  while (done < size) {
    const auto got = recv(from, bytes.data() + done, static_cast<std::size_t>(size - done), 0);
    need(got > 0, "recv");
    done += static_cast<face::Size>(got);
  }
}

/// There and back.
double ping_pong(long rounds) {
  const Pair pair;
  std::vector<char> bytes(64, 'w');
  return timed(rounds, [&](long) {
    send_all(pair.caller, bytes);
    receive_all(pair.taken, bytes);
    send_all(pair.taken, bytes);
    receive_all(pair.caller, bytes);
  });
}

/// 64 KiB one way.
double bulk(long rounds) {
  const Pair pair;
  std::vector<char> bytes(65'536, 'w');
  return timed(rounds, [&](long) {
    send_all(pair.caller, bytes);
    receive_all(pair.taken, bytes);
  });
}

/// Datagram sockets, of which the last one has something to read.
class Crowd {
 public:
  explicit Crowd(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      sockets_.emplace_back(socket(AF_INET, SOCK_DGRAM, 0));
      sockaddr_in own = loopback();
      need(bind(sockets_.back(), reinterpret_cast<sockaddr*>(&own), sizeof own) == 0, "bind");
    }
    sockaddr_in last{};
    face::Length size = sizeof last;
    auto* const any = reinterpret_cast<sockaddr*>(&last);
    need(getsockname(sockets_.back(), any, &size) == 0, "getsockname");
    need(sendto(sockets_.back(), "!", 1, 0, any, sizeof last) == 1, "sendto");
  }
  [[nodiscard]] const std::vector<Owned>& sockets() const { return sockets_; }

 private:
  std::vector<Owned> sockets_;
};

/// The set is copied for each call, as programs do, and none is waited for.
double select_of(std::size_t count, long rounds) {
  const Crowd crowd{count};
  fd_set all;
  FD_ZERO(&all);
  for (const Owned& each : crowd.sockets()) FD_SET(each, &all);
  const int highest = static_cast<int>(static_cast<face::Socket>(crowd.sockets().back()));
  return timed(rounds, [&](long) {
    fd_set readable = all;
    timeval now{};
    need(select(highest + 1, &readable, nullptr, nullptr, &now) == 1, "select");
  });
}

double poll_of(std::size_t count, long rounds) {
  const Crowd crowd{count};
  std::vector<face::PollItem> items;
  for (const Owned& each : crowd.sockets()) items.push_back({each, POLLRDNORM, 0});
  return timed(rounds, [&](long) { need(face::poll(items.data(), count) == 1, "poll"); });
}

constexpr Case kCases[] = {
    // clang-format off
    {"getsockopt SO_KEEPALIVE",             get_keep_alive},
    {"getsockopt SO_KEEPALIVE, connected",  get_keep_alive_connected},
    {"setsockopt SO_KEEPALIVE",             set_keep_alive},
    {"setsockopt SO_KEEPALIVE, connected",  set_keep_alive_connected},
    {"getsockopt TCP_NODELAY",              get_no_delay},
    {"setsockopt TCP_NODELAY",              set_no_delay},
    {"SIO_KEEPALIVE_VALS, other values",    set_values},
    {"socket + closesocket",                make_and_close},
    {"connect + accept + close",            connect_accept_close},
    {"64-byte ping-pong",                   ping_pong},
    {"64 KiB send and receive",             bulk},
    {"select, 64 sockets",                  [](long rounds) { return select_of(64, rounds); }},
    {"select, 1000 sockets",                [](long rounds) { return select_of(1000, rounds); }},
    {"WSAPoll, 64 sockets",                 [](long rounds) { return poll_of(64, rounds); }},
    {"WSAPoll, 1000 sockets",               [](long rounds) { return poll_of(1000, rounds); }},
    // clang-format on
};

}  // namespace
}  // namespace wsalive::bench

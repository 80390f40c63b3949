#include "support/live_socket.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <utility>

#include "os/socket/address.hpp"

namespace wsalive::test {
namespace {

constexpr std::size_t kPage = 4096;
constexpr int kPatienceMs = 5000;

// A failure of set-up says nothing about the code under test.
int must(int result, const char* attempt) {
  if (result >= 0) return result;
  std::perror(attempt);
  std::abort();
}

sockaddr_in loopback(in_port_t port = 0) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = port;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int linux_type(Kind kind) {
  if (kind == Kind::udp) return SOCK_DGRAM;
  return kind == Kind::raw ? SOCK_RAW : SOCK_STREAM;
}

Fd tcp(int flags = 0) {
  return Fd{must(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), "socket")};
}

const sockaddr* plain(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

in_port_t port_of(const Fd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  must(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return address.sin_port;
}

void bind_to_loopback(const Fd& socket) {
  const sockaddr_in address = loopback();
  must(::bind(socket.get(), plain(address), sizeof address), "bind");
}

Fd listener(int backlog) {
  Fd socket = tcp();
  bind_to_loopback(socket);
  must(::listen(socket.get(), backlog), "listen");
  return socket;
}

/// \return 0 or the errno of connect.
int connect_to(int fd, in_port_t port) {
  const sockaddr_in address = loopback(port);
  return ::connect(fd, plain(address), sizeof address) == 0 ? 0 : errno;
}

void wait_for(int fd, short events) {
  pollfd waiting{fd, events, 0};
  if (must(::poll(&waiting, 1, kPatienceMs), "poll") == 0) {
    std::fputs("nothing came of it in 5 s\n", stderr);
    std::abort();
  }
}

}  // namespace

LiveSocket::LiveSocket(Fd fd, Kind kind, Family family) : fd_(std::move(fd)) {
  winsock::Traits traits{.kind = kind, .family = family};
  traits.windows_family = family == Family::ipv6 ? 23 : family == Family::local ? 1 : 2;
  traits.windows_type = linux_type(kind);  // The same numbers as Windows'.
  traits.windows_protocol = kind == Kind::tcp ? 6 : kind == Kind::udp ? 17 : 0;
  if (!winsock::Socket::open(fd_.get(), traits)) std::abort();
}

LiveSocket::LiveSocket(LiveSocket&& other) noexcept = default;

LiveSocket::~LiveSocket() {
  if (!fd_) return;
  winsock::runtime().engine().forget(fd_.get());
  if (winsock::Socket* const socket = winsock::Socket::find(handle())) socket->release();
}

LiveSocket LiveSocket::fresh(Kind kind, Family family) {
  const int type = linux_type(kind) | SOCK_CLOEXEC;
  const int protocol = kind == Kind::raw ? IPPROTO_ICMP : 0;
  return {Fd{must(::socket(os::linux_family(family), type, protocol), "socket")}, kind, family};
}

LiveSocket LiveSocket::listening() {
  LiveSocket made{listener(8), Kind::tcp, Family::ipv4};
  made.entry().bound = true;
  made.entry().phase = winsock::Phase::listening;
  return made;
}

LiveSocket LiveSocket::connected() {
  Fd far = listener(1);
  LiveSocket made{tcp(), Kind::tcp, Family::ipv4};
  must(-connect_to(made.fd(), port_of(far)), "connect");
  made.peer_ = Fd{must(::accept4(far.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept")};
  made.entry().phase = winsock::Phase::connected;
  return made;
}

LiveSocket LiveSocket::connecting() {
  Fd far = listener(0);  // Takes one connection; the next SYN is dropped.
  Fd filler = tcp();
  must(-connect_to(filler.get(), port_of(far)), "connect");
  LiveSocket made{tcp(SOCK_NONBLOCK), Kind::tcp, Family::ipv4};
  if (connect_to(made.fd(), port_of(far)) != EINPROGRESS) std::abort();
  made.listener_ = std::move(far);
  made.filler_ = std::move(filler);
  made.entry().phase = winsock::Phase::connecting;
  return made;
}

LiveSocket LiveSocket::refused() {
  const in_port_t nobody = port_of(listener(1));  // Closed again at once.
  LiveSocket made{tcp(SOCK_NONBLOCK), Kind::tcp, Family::ipv4};
  (void)connect_to(made.fd(), nobody);
  wait_for(made.fd(), POLLOUT);
  made.entry().phase = winsock::Phase::connecting;
  return made;
}

void LiveSocket::hear(std::string_view text) const {
  must(::send(peer_.get(), text.data(), text.size(), 0), "send");
  char first = 0;
  must(::recv(fd_.get(), &first, 1, MSG_PEEK), "recv");
}

void LiveSocket::reset_by_peer() {
  const linger at_once{1, 0};
  must(::setsockopt(peer_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "SO_LINGER");
  peer_.reset();
  wait_for(fd(), POLLIN);
}

void LiveSocket::let_connect() {
  Fd first{must(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept")};
  wait_for(listener_.get(), POLLIN);  // The next SYN comes within a second.
  peer_ = Fd{must(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept")};
  wait_for(fd(), POLLOUT);
}

namespace {

/// What the program has set on the socket itself.
policy::SocketValues own_values(const policy::SourcedTiming& wanted) {
  policy::SocketValues own;
  if (wanted.idle_from == policy::Source::socket) own.idle = wanted.timing.idle;
  if (wanted.interval_from == policy::Source::socket) own.interval = wanted.timing.interval;
  if (wanted.probes_from == policy::Source::socket) own.probes = wanted.timing.probes;
  return own;
}

}  // namespace

KeepAliveState KeepAliveState::of(const LiveSocket& socket) {
  const engine::Engine& engine = winsock::runtime().engine();
  const engine::Asked asked = engine.asked(socket.fd()).value_or(engine::Asked{});
  const engine::InForce found = engine.in_force(socket.fd(), {});
  return {.on = asked.on,
          .values = own_values(asked.wanted),
          .kernel = os::keep_alive_values(socket.fd()).value_or(os::KernelKeepAlive{}),
          .driven = found.on,
          .actual = found.actual};
}

void PrintTo(const KeepAliveState& state, std::ostream* out) {
  const auto own = [](const auto& time) { return time ? time->count() : 0; };
  *out << (state.on ? "on" : "off") << ", own " << own(state.values.idle) << '/'
       << own(state.values.interval) << '/' << +state.values.probes.value_or(0) << ", kernel "
       << (state.kernel.on == os::Switch::on ? "on " : "off ") << state.kernel.idle_s << '/'
       << state.kernel.interval_s << '/' << state.kernel.probes << ", engine "
       << (state.driven ? "on " : "off ") << state.actual.idle.count() << '/'
       << state.actual.interval.count() << '/' << +state.actual.probes;
}

BadPage::BadPage(Access access) {
  void* const pages =
      ::mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) std::abort();
  pages_ = static_cast<char*>(pages);
  const int protection = access == Access::read_only ? PROT_READ : PROT_NONE;
  must(::mprotect(pages_ + kPage, kPage, protection), "mprotect");
}

BadPage::~BadPage() { ::munmap(pages_, 2 * kPage); }

void BadPage::forbid_writing() { must(::mprotect(pages_, kPage, PROT_READ), "mprotect"); }

char* BadPage::before(std::size_t good) const { return pages_ + kPage - good; }

}  // namespace wsalive::test

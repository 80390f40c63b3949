#include "os/process/descriptor_passing.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

#include "os/file/descriptor.hpp"

namespace wsalive::os {
namespace {

struct ListenerName {
  sockaddr_un address{};
  socklen_t size = 0;
};

ListenerName name_of_listener(std::uint64_t number) noexcept {
  ListenerName name;
  name.address.sun_family = AF_UNIX;
  char* const text = name.address.sun_path + 1;  // A first NUL: no file.
  const int length = std::snprintf(text, sizeof name.address.sun_path - 1, "wsalive-post-%016llx",
                                   static_cast<unsigned long long>(number));
  name.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 +
                                     static_cast<std::size_t>(length));
  return name;
}

Result<Fd> make_line() noexcept {
  Fd made{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
  if (!made) return failure(errno, "socket");
  return made;
}

void limit_waits(int line, int seconds) noexcept {
  const timeval limit{.tv_sec = seconds, .tv_usec = 0};
  ::setsockopt(line, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(line, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

Result<ucred> peer_of(int line) noexcept {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(line, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) {
    return failure(errno, "getsockopt SO_PEERCRED");
  }
  return who;
}

/// Whether the listening process is the expected one, of a user that is trusted. Process 0 is in a namespace whose numbers are
/// not visible here.
bool is_expected(const ucred& who, const ProcessIdentity& owner) noexcept {
  if (who.pid != 0 && who.pid != owner.process) return false;
  const uid_t own = ::geteuid();
  if (who.uid == own) return true;
  return who.uid == owner.user && (own == 0 || who.uid == 0);
}

template <typename Call>
long retried(Call call) noexcept {
  long result = 0;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

union ControlRoom {
  std::array<char, CMSG_SPACE(2 * sizeof(int))> bytes;
  cmsghdr aligned;
};

/// Takes ownership of all descriptors that came, before any check can fail.
void own_descriptors(msghdr& message, PassedMessage& passed) noexcept {
  std::size_t count = 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t came = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t at = 0; at < came && count < passed.descriptors.size(); ++at) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + at * sizeof number, sizeof number);
      passed.descriptors[count++] = Fd{number};
    }
  }
}

}  // namespace

void pause_briefly() noexcept {
  constexpr timespec kMoment{.tv_sec = 0, .tv_nsec = 20'000'000};
  ::nanosleep(&kMoment, nullptr);
}

ProcessIdentity this_identity() noexcept { return {::getpid(), ::geteuid()}; }

bool fill_random(std::span<std::byte> bytes) noexcept {
  return ::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
}

Result<Fd> duplicate(int fd) noexcept {
  Fd made{::fcntl(fd, F_DUPFD_CLOEXEC, 0)};
  if (!made) return failure(errno, "fcntl F_DUPFD_CLOEXEC");
  return out_of_the_way(std::move(made));
}

Result<Fd> watch_process(std::int32_t process) noexcept {
  Fd watch{static_cast<int>(::syscall(SYS_pidfd_open, process, 0))};
  if (!watch) return failure(errno, "pidfd_open");
  return watch;
}

Result<Fd> make_wake_event() noexcept {
  Fd event = out_of_the_way(Fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)});
  if (!event) return failure(errno, "eventfd");
  return event;
}

void set_event(int event) noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(event, &one, sizeof one));
}

void clear_event(int event) noexcept {
  std::uint64_t unused = 0;
  static_cast<void>(!::read(event, &unused, sizeof unused));
}

std::vector<bool> wait_for_any(const std::vector<int>& descriptors) {
  std::vector<pollfd> items;
  items.reserve(descriptors.size());
  for (const int each : descriptors) items.push_back({.fd = each, .events = POLLIN, .revents = 0});
  if (retried([&] { return ::poll(items.data(), items.size(), -1); }) < 0) pause_briefly();
  std::vector<bool> readable;
  readable.reserve(items.size());
  for (const pollfd& each : items) readable.push_back(each.revents != 0);
  return readable;
}

Result<Fd> listen_at(std::uint64_t number) noexcept {
  auto listener = make_line();
  if (!listener) return listener;
  const ListenerName name = name_of_listener(number);
  const auto* const address = reinterpret_cast<const sockaddr*>(&name.address);
  if (::bind(listener->get(), address, name.size) != 0) return failure(errno, "bind");
  if (::listen(listener->get(), SOMAXCONN) != 0) return failure(errno, "listen");
  return out_of_the_way(std::move(*listener));
}

void have_spare(int like, Fd& spare) noexcept {
  if (!spare) spare = out_of_the_way(Fd{::fcntl(like, F_DUPFD_CLOEXEC, 0)});
}

Result<Client> next_client(int listener, Fd& spare) noexcept {
  const auto let_in = [listener] {
    return Fd{static_cast<int>(
        retried([&] { return ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC); }))};
  };
  Client client;
  client.line = let_in();
  if (!client.line && (errno == EMFILE || errno == ENFILE)) {
    spare.reset();
    client.line = let_in();
  }
  if (!client.line) return failure(errno, "accept4");
  const auto who = peer_of(client.line.get());
  if (!who) return tl::unexpected(who.error());
  client.process = who->pid;
  limit_waits(client.line.get(), 2);
  return client;
}

Result<Fd> connect_to(std::uint64_t number, const ProcessIdentity& owner) noexcept {
  auto line = make_line();
  if (!line) return line;
  limit_waits(line->get(), 5);
  const ListenerName name = name_of_listener(number);
  const auto* const address = reinterpret_cast<const sockaddr*>(&name.address);
  if (retried([&] { return ::connect(line->get(), address, name.size); }) != 0) {
    return failure(errno, "connect");
  }
  const auto who = peer_of(line->get());
  if (!who) return tl::unexpected(who.error());
  if (!is_expected(*who, owner)) return failure(EPERM, "SO_PEERCRED");
  return line;
}

Status pass_message(int line, std::span<const std::byte> bytes,
                    std::span<const int> descriptors) noexcept {
  iovec piece{const_cast<std::byte*>(bytes.data()), bytes.size()};
  ControlRoom room{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = room.bytes.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const header = &room.aligned;
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  const long sent = retried([&] { return ::sendmsg(line, &message, MSG_NOSIGNAL); });
  if (sent < 0) return failure(errno, "sendmsg");
  return {};
}

Result<PassedMessage> take_message(int line, std::span<std::byte> bytes) noexcept {
  iovec piece{bytes.data(), bytes.size()};
  ControlRoom room{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = room.bytes.data();
  message.msg_controllen = sizeof room.bytes;
  const long came = retried([&] { return ::recvmsg(line, &message, MSG_CMSG_CLOEXEC); });
  if (came < 0) return failure(errno, "recvmsg");
  PassedMessage passed;
  passed.size = static_cast<std::size_t>(came);
  own_descriptors(message, passed);
  if ((message.msg_flags & MSG_TRUNC) != 0) return failure(EMSGSIZE, "recvmsg");
  if ((message.msg_flags & MSG_CTRUNC) != 0) return failure(EMFILE, "recvmsg");
  return passed;
}

}  // namespace wsalive::os

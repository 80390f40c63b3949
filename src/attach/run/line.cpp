#include "attach/run/line.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "attach/run/detached.hpp"

namespace wsalive::attach {
namespace {

/// Room for one descriptor beside a message.
struct Envelope {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec bytes{};
  msghdr message{};

  Envelope(void* data, std::size_t size) : bytes{data, size} {
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
  }
  void make_room() {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }
};

}  // namespace

Readiness not_ready(Stage stage, const SysError& error) noexcept {
  Readiness readiness{.stage = stage, .error = error.code};
  std::strncpy(readiness.attempt.data(), error.attempt, readiness.attempt.size() - 1);
  return readiness;
}

Result<std::pair<Fd, Fd>> make_line() noexcept {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return failure(errno, "make a line to the keeper");
  }
  return std::pair{above_standard_streams(Fd{ends[0]}), above_standard_streams(Fd{ends[1]})};
}

Status send_descriptor(int line, int descriptor) noexcept {
  char sign = 0;
  Envelope envelope{&sign, sizeof sign};
  if (descriptor >= 0) {
    envelope.make_room();
    cmsghdr* const header = CMSG_FIRSTHDR(&envelope.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  const bool sent = ::sendmsg(line, &envelope.message, MSG_NOSIGNAL) == 1;
  if (sent || errno == EPIPE || errno == ECONNRESET) return {};
  return failure(errno, "send to the keeper");
}

Result<Fd> receive_descriptor(int line) noexcept {
  char sign = 0;
  Envelope envelope{&sign, sizeof sign};
  envelope.make_room();
  ssize_t got = 0;
  do {
    got = ::recvmsg(line, &envelope.message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return failure(errno, "receive from the program's process");
  if (got == 0) return failure(EPIPE, "receive from the program's process");
  if ((envelope.message.msg_flags & MSG_CTRUNC) != 0)
    return failure(EMFILE, "receive a descriptor from the program");
  const cmsghdr* const header = CMSG_FIRSTHDR(&envelope.message);
  if (!header || header->cmsg_type != SCM_RIGHTS) return Fd{};
  int number = -1;
  std::memcpy(&number, CMSG_DATA(header), sizeof number);
  return above_standard_streams(Fd{number});
}

void send_readiness(int line, const Readiness& readiness) noexcept {
  // The receiver cannot tell a keeper that could not send from one that has ended.
  constexpr int kMostTries = 100;
  for (int tries = 0; tries < kMostTries; ++tries) {
    const bool sent = ::send(line, &readiness, sizeof readiness, MSG_NOSIGNAL) >= 0;
    if (sent || errno == EPIPE || errno == ECONNRESET) return;
    pause_for_a_moment();
  }
}

Result<Readiness> receive_readiness(int line) noexcept {
  Readiness readiness;
  ssize_t got = 0;
  do {
    got = ::recv(line, &readiness, sizeof readiness, 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return failure(errno, "wait for the keeper");
  if (got != sizeof readiness) return failure(EPIPE, "wait for the keeper, which has ended");
  return readiness;
}

}  // namespace wsalive::attach

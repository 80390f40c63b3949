#include "lab/namespaces.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.hpp"

namespace wsalive::lab {
namespace {

constexpr const char* kHere = "/proc/thread-self/ns/net";

Status write_file(const std::string& path, std::string_view text, const char* attempt) {
  const Fd file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!file) return failure(errno, attempt);
  if (::write(file.get(), text.data(), text.size()) < 0) return failure(errno, attempt);
  return {};
}

/// Inside, the caller is root; outside, it stays who it is.
Status become_root_inside(uid_t user, gid_t group) {
  const auto line = [](unsigned id) { return "0 " + std::to_string(id) + " 1"; };
  if (Status s = write_file("/proc/self/setgroups", "deny", "write /proc/self/setgroups"); !s) {
    return s;
  }
  if (Status s = write_file("/proc/self/uid_map", line(user), "write /proc/self/uid_map"); !s) {
    return s;
  }
  return write_file("/proc/self/gid_map", line(group), "write /proc/self/gid_map");
}

Status raise_loopback() {
  const Fd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket) return failure(errno, "socket in the new namespace");
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) < 0) return failure(errno, "raise loopback");
  return {};
}

Status enter() {
  constexpr int kOwn = CLONE_NEWNET | CLONE_NEWNS;
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (::unshare(kOwn) != 0) {
    if (::unshare(CLONE_NEWUSER) != 0) return failure(errno, "unshare a user namespace");
    if (Status s = become_root_inside(user, group); !s) return s;
    if (::unshare(kOwn) != 0) return failure(errno, "unshare network and mount namespaces");
  }
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return failure(errno, "make mounts private");
  }
  return raise_loopback();
}

/// What `enter` would answer. A child tries it, because a later step can be refused after earlier ones
/// were done. The child is a fork of this process, so the error's literal has the same address.
Status rehearse() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failure(errno, "make a pipe");
  const Fd read{ends[0]};
  Fd write{ends[1]};
  const pid_t child = ::fork();
  if (child < 0) return failure(errno, "fork");
  if (child == 0) {
    const Status entered = enter();
    const SysError error = entered ? SysError{} : entered.error();
    ::_exit(::write(write.get(), &error, sizeof error) == sizeof error ? 0 : 1);
  }
  write.reset();
  SysError error{EIO, "try namespaces in a child"};
  const bool told = ::read(read.get(), &error, sizeof error) == sizeof error;
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (told && error.code == 0) return {};
  return tl::unexpected(error);
}

}  // namespace

Status enter_private_namespaces() {
  if (Status possible = rehearse(); !possible) return possible;
  return enter();
}

Result<NetworkNamespace> NetworkNamespace::current() {
  Fd fd{::open(kHere, O_RDONLY | O_CLOEXEC)};
  if (!fd) return failure(errno, "open the network namespace");
  return NetworkNamespace{std::move(fd)};
}

Result<NetworkNamespace> NetworkNamespace::create() {
  const Fd home{::open(kHere, O_RDONLY | O_CLOEXEC)};
  if (!home) return failure(errno, "open the network namespace");
  if (::unshare(CLONE_NEWNET) != 0) return failure(errno, "unshare a network namespace");
  Result<NetworkNamespace> made = current();
  const Status up = raise_loopback();
  WSALIVE_CHECK(::setns(home.get(), CLONE_NEWNET) == 0);
  if (!up) return tl::unexpected(up.error());
  return made;
}

std::string NetworkNamespace::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd());
}

Visit::Visit(const NetworkNamespace& there) : home_(::open(kHere, O_RDONLY | O_CLOEXEC)) {
  WSALIVE_CHECK(home_);
  WSALIVE_CHECK(::setns(there.fd(), CLONE_NEWNET) == 0);
}

Visit::~Visit() { WSALIVE_CHECK(::setns(home_.get(), CLONE_NEWNET) == 0); }

Setup<void> set_sysctl(std::string_view name, std::string_view value) {
  const std::string path = "/proc/sys/" + std::string{name};
  const Status written = write_file(path, value, "write");
  if (written) return {};
  return tl::unexpected("cannot write " + std::string{value} + " to " + path + ": " +
                        std::strerror(written.error().code));
}

}  // namespace wsalive::lab

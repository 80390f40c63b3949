#include "attach/inspect/networks.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/owned.hpp"

namespace wsalive::attach {
namespace {

std::string network_of_process(const std::string& process) {
  return fmt::format("/proc/{}/ns/net", process);
}

Fd open_network(const std::string& file) {
  return Fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
}

/// While it lives, the thread stands in another network namespace.
class Excursion {
 public:
  explicit Excursion(const Fd& there) : home_(open_network(network_of_process("thread-self"))) {
    away_ = home_ && ::setns(there.get(), CLONE_NEWNET) == 0;
  }
  ~Excursion() {
    // A thread that does not know where it is must not go on.
    if (away_ && ::setns(home_.get(), CLONE_NEWNET) != 0) std::abort();
  }
  Excursion(const Excursion&) = delete;
  Excursion& operator=(const Excursion&) = delete;

  [[nodiscard]] bool is_away() const noexcept { return away_; }

 private:
  Fd home_;
  bool away_ = false;
};

}  // namespace

Result<Network> network_here(Which which) {
  Result<std::vector<TcpSocket>> sockets = tcp_table(which);
  if (!sockets) return tl::unexpected(sockets.error());
  Network network{std::move(*sockets), {}};
  if (const Result<Defaults> defaults = namespace_defaults()) network.defaults = *defaults;
  network.defaults.sending = sending_limits();
  return network;
}

Result<Network> network_at(const std::string& file, Which which) {
  const Fd there = open_network(file);
  if (!there) return failure(errno, "open a network namespace");
  const Excursion excursion{there};
  if (!excursion.is_away()) return failure(errno, "enter a network namespace");
  return network_here(which);
}

Result<Network> network_of(pid_t process, Which which) {
  return network_at(network_of_process(std::to_string(process)), which);
}

bool is_network_here(const std::string& file) {
  struct stat there {};
  struct stat here {};
  return ::stat(file.c_str(), &there) == 0 &&
         ::stat(network_of_process("thread-self").c_str(), &here) == 0 &&
         there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

}  // namespace wsalive::attach

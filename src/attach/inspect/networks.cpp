#include "attach/inspect/networks.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/fd.hpp"

namespace wsalive::attach {
namespace {

Fd open_network(const std::string& process) {
  return Fd{::open(fmt::format("/proc/{}/ns/net", process).c_str(), O_RDONLY | O_CLOEXEC)};
}

/// While it lives, the thread stands in another network namespace.
class Excursion {
 public:
  explicit Excursion(const Fd& there) : home_(open_network("thread-self")) {
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
  return network;
}

Result<Network> network_of(pid_t process, Which which) {
  const Fd there = open_network(std::to_string(process));
  if (!there) return failure(errno, "open a network namespace");
  const Excursion excursion{there};
  if (!excursion.is_away()) return failure(errno, "enter a network namespace");
  return network_here(which);
}

}  // namespace wsalive::attach

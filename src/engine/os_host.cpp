// The real kernel behind the seam: each call passes through to src/os.

#include "engine/host.hpp"
#include "os/cookie.hpp"
#include "os/keepalive_values.hpp"
#include "os/tcp_info.hpp"

namespace wsalive::engine {
namespace {

class OsHost final : public Host {
 public:
  Result<std::uint64_t> cookie(int fd) noexcept override { return os::socket_cookie(fd); }
  Result<os::TcpFacts> facts(int fd) noexcept override { return os::tcp_facts(fd); }
  Result<int> unacknowledged_bytes(int fd) noexcept override {
    return os::unacknowledged_bytes(fd);
  }

  Result<os::KernelKeepAlive> values(int fd) noexcept override { return os::keep_alive_values(fd); }
  Status set_switch(int fd, os::Switch value) noexcept override {
    return os::set_keep_alive_switch(fd, value);
  }
  Status set_idle(int fd, int seconds) noexcept override {
    return os::set_keep_alive_idle(fd, seconds);
  }
  Status set_interval(int fd, int seconds) noexcept override {
    return os::set_keep_alive_interval(fd, seconds);
  }
  Status set_count(int fd, int probes) noexcept override {
    return os::set_keep_alive_count(fd, probes);
  }

  Result<int> user_timeout(int fd) noexcept override { return os::user_timeout(fd); }
  Status set_user_timeout(int fd, int milliseconds) noexcept override {
    return os::set_user_timeout(fd, milliseconds);
  }
};

}  // namespace

Host& os_host() noexcept {
  static OsHost host;
  return host;
}

}  // namespace wsalive::engine

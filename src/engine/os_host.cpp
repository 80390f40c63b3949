// The real kernel behind the seam: each call passes through to src/os.

#include "base/immortal.hpp"
#include "engine/host.hpp"
#include "os/clock.hpp"
#include "os/tcp/abort_connection.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "os/tcp/tcp_info.hpp"

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
  Result<int> idle(int fd) noexcept override { return os::keep_alive_idle(fd); }
  Status set_switch(int fd, os::Switch value) noexcept override {
    return os::set_keep_alive_switch(fd, value);
  }
  Status pass_switch(int fd, const void* program_value) noexcept override {
    return os::pass_keep_alive_switch(fd, program_value);
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

  Result<os::Switch> keep_alive_switch(int fd) noexcept override {
    return os::keep_alive_switch(fd);
  }
  Result<int> user_timeout(int fd) noexcept override { return os::user_timeout(fd); }
  Status set_user_timeout(int fd, int milliseconds) noexcept override {
    return os::set_user_timeout(fd, milliseconds);
  }

  bool may_repair(int fd) noexcept override {
    const bool may = os::may_repair(fd);
    if (may) os::expect_destroy();  // That is how such a connection ends.
    return may;
  }
  Status send_probe(int fd) noexcept override { return os::send_repair_probe(fd); }
  Status destroy(int fd, std::uint64_t cookie) noexcept override {
    return os::destroy_connection(fd, cookie);
  }
};

}  // namespace

Host& os_host() noexcept {
  return the_only<OsHost>();  // The engine's thread uses it until the process ends.
}

TickGrid os_ticks() noexcept { return {os::tick_length(), os::tick_phase()}; }

}  // namespace wsalive::engine

// The kernel's TCP sockets as the drivers see them: the seam between timing and Linux.
//
// The real one is `os_host()`; tests put a simulated kernel here, with ticks, lost probes and locked
// sockets, so that two hours of silence take microseconds. Each function is one system call on one
// descriptor (`values`: four, `send_probe` and `may_repair`: a few), answers its errno, and keeps nothing. Any thread.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "engine/tick_grid.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::engine {

class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  [[nodiscard]] virtual Result<std::uint64_t> cookie(int fd) noexcept = 0;
  [[nodiscard]] virtual Result<os::TcpFacts> facts(int fd) noexcept = 0;
  [[nodiscard]] virtual Result<int> unacknowledged_bytes(int fd) noexcept = 0;

  [[nodiscard]] virtual Result<os::KernelKeepAlive> values(int fd) noexcept = 0;
  [[nodiscard]] virtual Result<int> idle(int fd) noexcept = 0;
  [[nodiscard]] virtual Status set_switch(int fd, os::Switch value) noexcept = 0;
  /// By a DWORD of the program's, which is not known to be readable: EFAULT.
  [[nodiscard]] virtual Status pass_switch(int fd, const void* program_value) noexcept = 0;
  [[nodiscard]] virtual Status set_idle(int fd, int seconds) noexcept = 0;
  [[nodiscard]] virtual Status set_interval(int fd, int seconds) noexcept = 0;
  [[nodiscard]] virtual Status set_count(int fd, int probes) noexcept = 0;

  [[nodiscard]] virtual Result<os::Switch> keep_alive_switch(int fd) noexcept = 0;
  [[nodiscard]] virtual Result<int> user_timeout(int fd) noexcept = 0;
  [[nodiscard]] virtual Status set_user_timeout(int fd, int milliseconds) noexcept = 0;

  /// Whether `send_probe` and `destroy` are allowed: CAP_NET_ADMIN over the socket's network.
  [[nodiscard]] virtual bool may_repair(int fd) noexcept = 0;
  /// Sends one keep-alive segment at once. ESTABLISHED only; the kernel does not count it.
  [[nodiscard]] virtual Status send_probe(int fd) noexcept = 0;
  /// Ends the connection with a reset; the program's calls then answer ECONNABORTED.
  [[nodiscard]] virtual Status destroy(int fd, std::uint64_t cookie) noexcept = 0;
};

/// Linux. Lives as long as the process.
[[nodiscard]] Host& os_host() noexcept;

/// Linux's ticks.
[[nodiscard]] TickGrid os_ticks() noexcept;

}  // namespace wsalive::engine

// Keep-alive on a connection of another process: the kernel's values through a borrowed descriptor, and the engine's published
// table where wsalive's engine drives the connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "attach/inspect/owners.hpp"
#include "attach/inspect/tcp_table.hpp"
#include "attach/kernel_socket.hpp"
#include "policy/driver_choice.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::attach {

struct KeepAliveOf {
  os::KernelKeepAlive kernel;
  std::chrono::milliseconds user_timeout{};
  policy::DriverKind driver =
      policy::DriverKind::off;  ///< off, native, or the driver that our engine reports.
  policy::Timing
      timing;  ///< In force: the kernel's, or the engine's, which may be later than the one asked for.
  /// The source of each value: `socket` if it differs from the namespace's default, `release` for the default; where our engine
  /// drives, the source that it reports.
  policy::SourcedTiming sourced;
  std::uint32_t unanswered = 0;  ///< Probes of the current silence.
  std::uint32_t faces = 0;    ///< Of our engine, where it drives: bits of engine::Face; 0: unknown.
  bool is_mptcp = false;      ///< One of possibly several subflows of the program's socket.
  bool is_in_repair = false;  ///< TCP_REPAIR: a checkpointing program works on it.
  std::optional<std::uint32_t> requests{};  ///< TCP_SYNCNT, where the program has set it.
  std::optional<std::chrono::milliseconds> longest_wait{};  ///< TCP_RTO_MAX_MS, likewise.

  /// Whether wsalive's engine in the program drives it: then the kernel's values are not the ones in force.
  [[nodiscard]] bool is_driven() const noexcept {
    return driver != policy::DriverKind::off && driver != policy::DriverKind::native;
  }
};

/// Reads connections one after the other; keeps a pidfd of each process and, if it has wsalive's engine, the table's descriptor.
class KeepAliveReader {
 public:
  /// \param owners  Has the descriptors of published tables; outlives this.
  explicit KeepAliveReader(const Owners& owners);
  ~KeepAliveReader();
  KeepAliveReader(const KeepAliveReader&) = delete;
  KeepAliveReader& operator=(const KeepAliveReader&) = delete;

  /// \param defaults  Of the socket's network namespace.
  /// Errors  EPERM: no right to trace its owner. ESRCH, EBADF: gone meanwhile. ESTALE: the descriptor means
  ///         another socket now, or the connection has ended.
  [[nodiscard]] Result<KeepAliveOf> read(const TcpSocket& socket, const Owner& owner,
                                         const Defaults& defaults);

 private:
  struct Known;
  Known& known(pid_t pid);

  const Owners& owners_;
  std::map<pid_t, std::unique_ptr<Known>> processes_;
};

// Descriptors without TCP keep-alive, in words, and what replaces keep-alive there.

/// "a UDP socket: it has no connection, ...", "a pipe", "the file /etc/hosts", or the end of a TCP socket's connection. Continues
/// "it is"; without a full stop.
[[nodiscard]] std::string kind_words(int fd);

}  // namespace wsalive::attach

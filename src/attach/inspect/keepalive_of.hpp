// What keep-alive does on a connection of some process: the kernel's values through a borrowed descriptor, and
// the engine's own table where wsalive's engine drives it.
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
  policy::DriverKind driver = policy::DriverKind::off;  ///< off, native, or what our engine says.
  policy::Timing
      timing;  ///< In force: the kernel's, or what our engine keeps, which may be later than was asked for.
  /// Of each value: `socket` if it differs from the namespace's default, `release` for the default; where
  /// our engine drives, what it says.
  policy::SourcedTiming sourced;
  std::uint32_t unanswered = 0;  ///< Probes, of the present silence.
  std::uint32_t faces = 0;  ///< Of our engine, where it drives: bits of engine::Face; 0: not told.
  bool is_mptcp = false;  ///< One connection of several that the program's socket has, or may have.
  bool is_in_repair = false;                ///< TCP_REPAIR: a checkpointing program works on it.
  std::optional<std::uint32_t> requests{};  ///< TCP_SYNCNT, where the program has set it.
  std::optional<std::chrono::milliseconds> longest_wait{};  ///< TCP_RTO_MAX_MS, likewise.

  /// Driven by wsalive's engine in its program: the kernel's values are then not the truth.
  [[nodiscard]] bool is_driven() const noexcept {
    return driver != policy::DriverKind::off && driver != policy::DriverKind::native;
  }
};

/// Reads connections one after the other; keeps a pidfd and, of a process with wsalive's engine, the table's descriptor.
class KeepAliveReader {
 public:
  /// \param owners  Tells where an engine publishes its table; outlives this.
  explicit KeepAliveReader(const Owners& owners);
  ~KeepAliveReader();
  KeepAliveReader(const KeepAliveReader&) = delete;
  KeepAliveReader& operator=(const KeepAliveReader&) = delete;

  /// \param defaults  Of the network namespace in which the socket is.
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

// What a descriptor is that has no keep-alive of TCP's: in words, and what takes keep-alive's place there.

/// "a UDP socket: it has no connection, ...", "a pipe", "the file /etc/hosts", or for a TCP socket without a connection what
/// became of that. As it stands behind "it is"; without a full stop.
[[nodiscard]] std::string kind_words(int fd);

}  // namespace wsalive::attach

// The keep-alive engine: makes each connection's probes leave when they are wanted.
//
// One object a process. A connection is known by its descriptor; the first driver that is exact for
// its timing is chosen (DriverKind). Values that the kernel keeps by itself cost nothing after the
// call; the others are driven by one thread that the first such connection starts.
//
// Any thread may call any function. Calls about one descriptor are ordered by the caller against
// closing it: `forget` first, then close.
#pragma once

#include <optional>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "engine/in_force.hpp"
#include "engine/shared_course.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::engine {

/// What a socket's program has asked of it. The engine keeps it also while keep-alive is off, and where there is no connection.
struct Asked {
  bool on = false;
  policy::SourcedTiming wanted;

  friend constexpr bool operator==(const Asked&, const Asked&) = default;
};

/// Why a connection ended, as the kernel's and the engine's records tell it (K-90 to K-92).
enum class CloseCause : std::uint8_t {
  none,            ///< Not ended by an error.
  keep_alive,      ///< Unanswered probes: WSAENETRESET.
  retransmission,  ///< Unacknowledged data or a closed window: WSAETIMEDOUT.
  reset,           ///< The peer reset it: WSAECONNRESET.
};

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  /// Switches keep-alive on with these values, or changes the values while it is on.
  /// On failure the socket is as it was before.
  [[nodiscard]] virtual Status switch_on(int fd, const policy::SourcedTiming& wanted) = 0;

  /// Switches keep-alive off. The kernel's own values are left as a program would find them.
  [[nodiscard]] virtual Status switch_off(int fd) = 0;

  // A socket with an owner, who says `forget` before every close: its number alone says which socket is meant, so that these
  // functions compare no cookie. The owner keeps nothing of keep-alive himself.

  /// The caller owns the descriptor from now on. What is kept of another socket that had its number is dropped.
  virtual void own(int fd) noexcept = 0;

  /// The number is about to mean another connection, by dup2: what was asked stays, and is in force from the next switch_on.
  virtual void moves(int fd) noexcept = 0;

  /// Without a lock or a call of the kernel; nullopt where nothing was asked since the last `forget`.
  [[nodiscard]] virtual std::optional<Asked> asked(int fd) const noexcept = 0;

  /// Notes what holds for this socket from the next switch_on: that of the socket that it was made from. The kernel's socket is
  /// not touched; what was in force before is forgotten.
  [[nodiscard]] virtual Status take_over(int fd, const Asked& asked) noexcept = 0;

  /// SO_KEEPALIVE by the program's own memory, a DWORD that the kernel checks by reading it: EFAULT. Else as switch_on and
  /// switch_off.
  [[nodiscard]] virtual Status set_switch(int fd, const void* program_value,
                                          const policy::SourcedTiming& wanted) = 0;

  /// Changes the values: in force at once where keep-alive is on, else when it goes on.
  [[nodiscard]] virtual Status set_values(int fd, const policy::SourcedTiming& wanted) = 0;

  /// Something else about the socket has changed that decides how it is driven: it has been connected,
  /// it listens, TCP_USER_TIMEOUT was set. The engine finds out by itself, but perhaps only when the
  /// next probe is due. Nothing happens while keep-alive is off.
  virtual void reconsider(int fd) noexcept = 0;

  /// How long data may stay unacknowledged before the connection is given up: TCP_USER_TIMEOUT, in
  /// milliseconds, 0 for the host's own rule. The kernel alone would let it decide about keep-alive's
  /// end as well; set here, it never does (K-76). On failure nothing has changed.
  [[nodiscard]] virtual Status limit_retransmission(int fd, int milliseconds) = 0;

  /// The descriptor is about to be closed or given away: drops all that is kept for it.
  virtual void forget(int fd) noexcept = 0;

  /// Another process is to have the connection too: what its engine must know.
  [[nodiscard]] virtual SharedConnection share(int fd) noexcept = 0;

  /// Whether `stand_by` must be given the lock file, because it has not been before. Closing a descriptor of one that
  /// is known already would drop the locks of this process.
  [[nodiscard]] virtual bool needs_lock_file(const SharedCourse& connection) const noexcept = 0;

  /// The descriptor's connection came from a process that drives it: this one drives it from the moment on in which
  /// that one has closed it or has ended.
  virtual void stand_by(int fd, const SharedCourse& connection, Fd lock_file) noexcept = 0;

  /// The kernel alone keeps what is kept now, with the nearest later values that it can have, and the engine's thread has
  /// ended: for a program that is about to restrict itself. Connections that come later are driven again. Waits for the
  /// thread, some milliseconds at most.
  virtual void leave_to_kernel() noexcept = 0;

  /// What is in force (K-96). `wanted` is told while keep-alive is off.
  /// A descriptor that is no TCP socket reads as off.
  [[nodiscard]] virtual InForce in_force(int fd, const policy::SourcedTiming& wanted) const = 0;

  /// Why the connection ended, where the kernel's call answered `error` (an errno, not yet mapped).
  /// The first sight decides: the caller keeps the answer.
  [[nodiscard]] virtual CloseCause close_cause(int fd, int error) const noexcept = 0;
};

}  // namespace wsalive::engine

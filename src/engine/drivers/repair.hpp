// repair: the engine sends each probe itself, at the instant.
//
// For T under a second or intervals under two ticks, which the kernel's timer cannot do. The first
// probe waits for T in the kernel's measure of silence (so it is up to a tick late, never early); the
// next ones follow on the engine's own clock. The kernel does not count these probes: the engine
// does, and ends the connection by SOCK_DESTROY.
//
// Whether the peer has been heard is never asked of two clocks: the kernel's count of segments received tells,
// and its measure of silence.
//
// Only in ESTABLISHED, and only with CAP_NET_ADMIN; else another driver is chosen.
#pragma once

#include "engine/drivers/kernel_backstop.hpp"
#include "engine/probe_driver.hpp"

namespace wsalive::engine {

class RepairDriver final : public ProbeDriver {
 public:
  explicit RepairDriver(const DriverParts& parts) : parts_(parts), backstop_(parts) {}

  Status attach(int fd, Slot& slot) noexcept override;
  Next look(int fd, Slot& slot, Instant now) noexcept override;
  Result<policy::SourcedTiming> outside_values(int fd, const Slot& slot) noexcept override;
  void detach(int fd, Slot& slot) noexcept override;

  /// Probes sent in the present silence.
  [[nodiscard]] static std::uint32_t unanswered(const Slot& slot) noexcept;

 private:
  struct Seen;

  Next look_at_connection(int fd, Slot& slot, const Seen& seen) noexcept;
  /// When the next probe, or the end, is due.
  [[nodiscard]] static Instant planned(const Slot& slot) noexcept;
  void take_stock(Slot& slot, const Seen& seen) const noexcept;
  [[nodiscard]] bool was_heard(const Slot& slot, const Seen& seen) const noexcept;
  Next probe(int fd, Slot& slot, const Seen& seen, Instant planned) noexcept;
  Next wait_for(Slot& slot, const Seen& seen, Instant next) const noexcept;
  Next give_up(int fd, Slot& slot, const Seen& seen) noexcept;
  /// Where SOCK_DESTROY is refused: the kernel's own keep-alive ends the connection, after at least a
  /// second of silence and one more probe.
  Next end_by_kernel(int fd, Slot& slot, const Seen& seen) noexcept;

  DriverParts parts_;
  KernelBackstop backstop_;
};

}  // namespace wsalive::engine

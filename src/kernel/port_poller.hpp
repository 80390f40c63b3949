// What completes a port's operations: a source of readiness that the port's own waiting threads poll, so
// that a packet is made, queued and taken by one thread, without changing threads.
#pragma once

#include "base/clock.hpp"

namespace wsalive::kernel {

class PortPoller {
 public:
  PortPoller() = default;
  PortPoller(const PortPoller&) = delete;
  PortPoller& operator=(const PortPoller&) = delete;
  virtual ~PortPoller() = default;

  /// Waits for readiness until the deadline (Instant::min(): looks once) and carries on with what is ready,
  /// which posts packets. May return early with nothing done. Any number of threads at once; no locks held.
  virtual void poll(Instant deadline) noexcept = 0;

  /// Ends one poll, or the next one. Any thread.
  virtual void kick() noexcept = 0;

  /// The port is gone: nobody polls any more.
  virtual void end() noexcept = 0;
};

}  // namespace wsalive::kernel

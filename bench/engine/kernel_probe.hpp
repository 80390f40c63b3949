// What the kernel takes to send a keep-alive probe over loopback and, where the peer hears it, to take the answer: what
// its own keep-alive costs too, since it makes the same segment from its timer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/owned.hpp"

namespace wsalive::bench {

/// Connections of its own, probed by turns, so that each is as cold as one of many is when its timer ends.
class KernelProbe {
 public:
  explicit KernelProbe(std::uint16_t port);
  KernelProbe(const KernelProbe&) = delete;
  KernelProbe& operator=(const KernelProbe&) = delete;
  ~KernelProbe();

  /// Sends a burst. \return microseconds of the thread's time for each probe; 0 where the kernel may not be asked to
  ///         (CAP_NET_ADMIN over the namespace).
  [[nodiscard]] double burst_us() const;

 private:
  std::vector<Fd> sockets_;
};

}  // namespace wsalive::bench

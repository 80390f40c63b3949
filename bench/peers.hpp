// The far side of a benchmark, in a process of its own: it accepts connections on two ports and holds
// them; its kernel answers probes. The port `deaf` is there to be cut off.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/owned.hpp"

namespace wsalive::bench {

class Peers {
 public:
  /// Ends the program with a message if the host refuses.
  Peers();
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;
  ~Peers();

  [[nodiscard]] std::uint16_t hearing() const noexcept { return hearing_; }
  [[nodiscard]] std::uint16_t deaf() const noexcept { return deaf_; }

 private:
  std::uint16_t hearing_ = 0;
  std::uint16_t deaf_ = 0;
  pid_t process_ = -1;
};

/// A connection to a port of the peers. Ends the program if it is refused.
[[nodiscard]] Fd connect_to(std::uint16_t port);

}  // namespace wsalive::bench

// How one connection's probes are made: the interface of the drivers.
//
// A driver keeps what it must know of a connection in the connection's slot, so that thousands of
// connections need one driver object. It is called under the engine's lock, about a descriptor that
// has just been found to be the slot's own socket; it makes no callback and answers what is to come
// next. Time comes in as a parameter.
#pragma once

#include <algorithm>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "engine/host.hpp"
#include "engine/slot.hpp"
#include "engine/tick_grid.hpp"

namespace wsalive::engine {

/// What a look at a connection has led to.
enum class Verdict : std::uint8_t {
  again,      ///< Look again at `due`.
  ended,      ///< The connection is over.
  listening,  ///< The socket listens: it sends no probes itself.
  choose,     ///< This driver is not, or no longer, the right one.
  outside,    ///< Somebody outside has changed the kernel's values.
  stranger,   ///< The descriptor is no TCP socket any more.
};

struct Next {
  Verdict verdict = Verdict::again;
  Instant due{};
};

/// What all drivers are given; tests scale the limit down.
struct DriverParts {
  Host& host;
  TickGrid ticks;
  int longest_idle_s = os::kLongestSeconds;  ///< What TCP_KEEPIDLE takes at most.
  const Clock* clock = nullptr;  ///< For how long a call has taken; without one it takes no time.

  /// The instant after a call, in a look that began at `look`.
  [[nodiscard]] Instant after_call(Instant look) const noexcept {
    return clock ? std::max(clock->now(), look) : look;
  }
};

class ProbeDriver {
 public:
  ProbeDriver() = default;
  ProbeDriver(const ProbeDriver&) = delete;
  ProbeDriver& operator=(const ProbeDriver&) = delete;
  virtual ~ProbeDriver() = default;

  /// Writes the kernel's values for a slot that says what is wanted; the kernel's switch is on. Also
  /// when the wanted values change in the middle. A failure is one of the first call, so that nothing
  /// has changed. A look must follow.
  [[nodiscard]] virtual Status attach(int fd, Slot& slot) noexcept = 0;

  /// Looks at the connection, sends or gives up what is due, and says when to look again.
  [[nodiscard]] virtual Next look(int fd, Slot& slot, Instant now) noexcept = 0;

  /// After Verdict::outside: what is wanted now, by those who changed it.
  [[nodiscard]] virtual Result<policy::SourcedTiming> outside_values(int fd,
                                                                     const Slot& slot) noexcept = 0;

  /// Stops driving and gives back what was borrowed. The kernel's keep-alive values stay as they are.
  virtual void detach(int fd, Slot& slot) noexcept = 0;
};

}  // namespace wsalive::engine

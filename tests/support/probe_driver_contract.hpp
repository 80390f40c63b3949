// The contract of every probe driver: facts about one connection, told to a world that may be simulated
// or real.
//
// A world has a connection whose last segment was heard just now, a peer that answers until the test orders it to
// be silent, and a wire that is watched. Instants are milliseconds since the world's beginning.
// A fact is a function; the suites run each of them for each driver.
#pragma once

#include <array>
#include <chrono>
#include <ostream>
#include <string_view>
#include <vector>

#include "os/tcp/keepalive_values.hpp"
#include "policy/driver_choice.hpp"
#include "policy/timeline.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::test {

using Millis = std::chrono::milliseconds;

/// A timing, and the driver that must keep it.
struct Drive {
  std::string_view name;
  policy::SourcedTiming wanted;
  bool privileged;
  policy::DriverKind driver;
  policy::Timing actual;

  [[nodiscard]] Millis idle() const { return actual.idle; }
  [[nodiscard]] Millis interval() const { return actual.interval; }
  [[nodiscard]] unsigned count() const { return policy::probes_before_give_up(actual); }
  /// From the last segment heard to the instant of a probe, the first is 0; and to the end.
  [[nodiscard]] Millis probe(unsigned nth) const { return policy::Series{actual}.due(nth); }
  [[nodiscard]] Millis end() const { return probe(count()); }

  friend void PrintTo(const Drive& drive, std::ostream* out) { *out << drive.name; }
};

/// How far a world's instants may be from the wanted ones, and how exactly it can be stopped.
struct Slack {
  Millis early;
  Millis late;
  Millis margin;  ///< `run_until` may come so much later.
};

class DriverWorld {
 public:
  DriverWorld() = default;
  DriverWorld(const DriverWorld&) = delete;
  DriverWorld& operator=(const DriverWorld&) = delete;
  virtual ~DriverWorld() = default;

  [[nodiscard]] virtual Slack slack() const = 0;
  virtual void run_until(Millis instant) = 0;

  // The program.
  [[nodiscard]] virtual bool switch_on(const policy::SourcedTiming& wanted) = 0;
  virtual void switch_off() = 0;
  virtual void program_sends() = 0;
  virtual void close_without_a_word() = 0;
  virtual void put_another_socket_there() = 0;  ///< A connection under the same number.

  // The peer.
  virtual void fall_silent() = 0;
  /// Silent but for its answer to one probe (from 1) of the timing.
  virtual void answer_only(unsigned nth, const Drive& drive) = 0;
  virtual void peer_sends() = 0;  ///< And is as silent as before.
  virtual void peer_acknowledges() = 0;
  virtual void peer_resets() = 0;

  // What is seen.
  [[nodiscard]] virtual Millis heard() = 0;  ///< The last segment from the peer.
  [[nodiscard]] virtual std::vector<Millis> probes() = 0;
  [[nodiscard]] virtual std::vector<Millis> resets() = 0;  ///< This end's.
  [[nodiscard]] virtual bool is_open() = 0;
  [[nodiscard]] virtual policy::DriverKind driver() = 0;
  [[nodiscard]] virtual os::KernelKeepAlive kernel_values() = 0;
  [[nodiscard]] virtual bool is_driven() = 0;
};

struct Fact {
  std::string_view name;
  void (*holds)(DriverWorld&, const Drive&);

  friend void PrintTo(const Fact& fact, std::ostream* out) { *out << fact.name; }
};

/// The contract.
extern const std::array<Fact, 12> kDriverFacts;

}  // namespace wsalive::test

// One scene of the engine: so many connections driven with one timing, their phases spread evenly, the peers in
// another process, and every segment watched on loopback by the kernel's own stamps.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/owned.hpp"
#include "engine/make_engine.hpp"
#include "lab/capture.hpp"
#include "peers.hpp"

namespace wsalive::bench {

[[noreturn]] void fail(const std::string& what);

/// Moves the process into namespaces of its own, with all the ports and descriptors that there are.
/// Errors: ends the program if the host refuses.
void prepare_process();

/// Who drives a scene's connections: our engine, or the kernel's own keep-alive, which takes whole seconds.
enum class Drive { engine, kernel };

/// Switches keep-alive on with that timing. Ends the program if it is refused.
void start_keep_alive(engine::Engine& engine, const Fd& socket, const policy::Timing& timing,
                      Drive drive);

/// What cuts the peers off, for nft: they hear nothing on that port.
[[nodiscard]] std::string deaf_rules(std::uint16_t port);

class Scene {
 public:
  Scene(std::size_t count, const policy::Timing& timing, std::uint16_t port);

  /// Connections come evenly over that time, so that their phases are spread.
  void open(std::chrono::nanoseconds over, Drive drive = Drive::engine);
  /// Watches the wire and the engine's thread; then calls, and takes what the wire has shown.
  void watch(std::chrono::nanoseconds time, const std::function<void()>& before_the_look = {});
  /// What driving weighs: the same connections with a new engine. \return bytes each.
  double weigh();

  /// Milliseconds from T after the last segment heard to the probe.
  [[nodiscard]] std::vector<double> lateness() const;
  /// Milliseconds between two probes of one silence, less I.
  [[nodiscard]] std::vector<double> spacing() const;
  /// How much of one core the engine's thread has used while it was watched.
  [[nodiscard]] double cpu_percent() const { return 100 * cpu_ / watched_; }
  [[nodiscard]] double wakes_a_second() const { return static_cast<double>(wakes_) / watched_; }
  /// Microseconds of the engine's thread for each probe that left while it was watched.
  [[nodiscard]] double cpu_each() const;

 private:
  [[nodiscard]] std::vector<lab::Segment> taken();
  [[nodiscard]] bool is_probe(const lab::Segment& segment) const {
    return segment.to.port == port_ && !segment.has(lab::rst) && !segment.has(lab::syn);
  }

  std::size_t count_;
  policy::Timing timing_;
  std::uint16_t port_;
  std::optional<lab::Capture> capture_;
  std::unique_ptr<engine::Engine> engine_;
  std::vector<Fd> sockets_;
  std::vector<lab::Segment> segments_;
  double cpu_ = 0;  // Seconds.
  long wakes_ = 0;
  double watched_ = 1;  // Seconds.
};

}  // namespace wsalive::bench

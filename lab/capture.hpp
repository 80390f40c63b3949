// Watches the TCP segments of one interface, with the kernel's own time stamps.
//
// A ring shared with the kernel keeps the heads of packets until `take` is called: no thread, no
// copy, nothing lost before `capacity` packets have gathered. The kernel stamps by the wall clock.
// The distance of the two clocks turns stamps into Instants, and a capture reports a wall clock that was set
// meanwhile.
//
// Needs CAP_NET_RAW in the interface's network namespace, which a process has in its own.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "lab/segment.hpp"

namespace wsalive::lab {

class Capture {
 public:
  /// Starts watching an interface of the calling thread's namespace ("lo", "wire0"). On loopback,
  /// where each packet passes twice, it is reported once, as `in`.
  ///
  /// \param capacity  Packets that fit between two calls of `take`; rounded up to 1024.
  [[nodiscard]] static Result<Capture> start(std::string_view interface,
                                             std::size_t capacity = 16384);

  Capture(Capture&& other) noexcept;
  Capture& operator=(Capture&&) = delete;
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture();

  /// All segments since the last call, in the order of the wire.
  ///
  /// Errors  ENOBUFS: packets were lost, `capacity` was too small. ERANGE: the wall clock was set
  ///         during the capture, so that its stamps cannot be trusted.
  [[nodiscard]] Result<std::vector<Segment>> take();

 private:
  Capture(Fd socket, std::span<std::uint8_t> ring, bool loopback);

  void read_frame(std::uint8_t* frame, std::chrono::nanoseconds wall_ahead,
                  std::vector<Segment>& into) const;

  Fd socket_;
  std::span<std::uint8_t> ring_;
  std::size_t next_ = 0;  ///< The frame that the kernel fills next.
  bool loopback_;
  std::chrono::nanoseconds wall_ahead_;  ///< Wall clock less Instant's clock, at the start.
};

}  // namespace wsalive::lab

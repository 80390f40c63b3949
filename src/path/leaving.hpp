// Finished connections. Each is closed gracefully, and for a moment this class checks whether the far end acknowledges the FIN:
// where the path has forgotten the connection it cannot, and a server keeps holding it. For `wsalive serve` an order on the
// control connection drops it as well.
//
// One thread; nothing blocks.
#pragma once

#include <cstdint>
#include <vector>

#include "path/control.hpp"
#include "path/far_end_call.hpp"
#include "path/plan/search.hpp"

namespace wsalive::path {

/// Whether the far end knows of the connections that this end has closed.
struct Farewells {
  std::uint32_t told = 0;    ///< It has acknowledged the close.
  std::uint32_t untold = 0;  ///< It has not acknowledged the close, and may still hold them.
  std::uint32_t reset = 0;   ///< A reset came: its own, or the path's while it still holds them.
};

class Leaving {
 public:
  /// \param control  Orders to `wsalive serve`; nullptr: the far end is any TCP server.
  explicit Leaving(Control* control) noexcept : control_(control) {}

  /// \param sight  Its last observation. \param round_trip  The longest known one.
  void take(Waiting waiting, PathSight sight, policy::Millis now, policy::Millis round_trip);
  /// Call it now and then until `is_over`.
  void look(policy::Millis now);
  [[nodiscard]] bool is_over() const noexcept { return going_.empty(); }

  /// Of all connections whose close is settled.
  [[nodiscard]] Farewells farewells() const noexcept;

 private:
  struct Going {
    IdleConnection connection;
    policy::Millis until{};
  };
  enum class News : std::uint8_t { none, told, reset, untold };
  [[nodiscard]] static News news_of(const Going& going, policy::Millis now) noexcept;
  void count(News news) noexcept;

  Control* control_;
  std::vector<Going> going_;
  Farewells counted_;
};

}  // namespace wsalive::path

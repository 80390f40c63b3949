// Connections that are done with. Each is ended in good order, and for a moment it is looked whether the far end
// acknowledges that: where the path has forgotten a connection it cannot, and a server goes on holding it. `wsalive serve`
// is told over the control connection as well.
//
// One thread; nothing waits.
#pragma once

#include <cstdint>
#include <vector>

#include "path/control.hpp"
#include "path/far_end_call.hpp"
#include "path/plan/search.hpp"

namespace wsalive::path {

/// What is known at the far end of connections that have ended here.
struct Farewells {
  std::uint32_t told = 0;    ///< It knows that they are over.
  std::uint32_t untold = 0;  ///< It has not acknowledged their end, and may hold them still.
  std::uint32_t reset = 0;   ///< A reset came: its own, or the path's while it holds them still.
};

class Leaving {
 public:
  /// \param control  Orders to `wsalive serve`; nullptr: the far end is any TCP server.
  explicit Leaving(Control* control) noexcept : control_(control) {}

  /// \param sight  How it was found at last. \param round_trip  The longest that is known.
  void take(Waiting waiting, PathSight sight, policy::Millis now, policy::Millis round_trip);
  /// To be called now and then until nothing is awaited any more.
  void look(policy::Millis now);
  [[nodiscard]] bool is_over() const noexcept { return going_.empty(); }

  /// Of those that are not awaited any more.
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

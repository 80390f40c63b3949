// One direction of a measurement: a search (path::PathSearch) carried out on real connections. This end sends the probes, or
// the far end does so on order; the other end then tries to revive the connections that were found lost.
//
// One thread; nothing blocks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "os/socket/poll.hpp"
#include "path/control.hpp"
#include "path/far_end_call.hpp"
#include "path/idle_connection.hpp"
#include "path/leaving.hpp"
#include "path/plan/search.hpp"
#include "path/plan/ways.hpp"

namespace wsalive::path {

enum class Toward : std::uint8_t { outward, inward };

class Lane {
 public:
  /// \param control  Orders to the far end; nullptr: it is any TCP server, and `toward` is outward.
  /// \param leaving  Takes finished connections.
  Lane(PathSearch& search, Toward toward, const FarEnd& far_end, Control* control, Leaving& leaving)
      : search_(search), toward_(toward), far_end_(far_end), control_(control), leaving_(leaving) {}

  /// Looks at all connections and does what is due. `until`: when more is due; Millis::max(): when a descriptor is ready.
  struct Round {
    bool done = false;
    policy::Millis until{};
  };
  [[nodiscard]] Round play(policy::Millis now);

  /// Whether it awaits something that no descriptor shows: look every 20 ms.
  [[nodiscard]] bool is_busy() const noexcept {
    return opening_ || own_probe_ || ordered_ || !revivals_.empty();
  }
  void watch(std::vector<os::Watched>& watched) const;
  /// Ends all connections that wait or are being probed.
  void leave(policy::Millis now);

  [[nodiscard]] const PathSearch& search() const noexcept { return search_; }
  [[nodiscard]] const PathRevivals& revivals() const noexcept { return counted_; }
  [[nodiscard]] std::uint32_t opened() const noexcept { return next_id_; }
  /// The longest time that connecting took.
  [[nodiscard]] policy::Millis longest_trip() const noexcept { return longest_trip_; }
  /// The errno of the last connection that could not be made; 0: none.
  [[nodiscard]] int refusal() const noexcept { return refusal_; }

 private:
  struct Ordered {
    Waiting waiting;
    policy::Millis began{};
  };
  struct Revival {
    std::optional<Probing> own;  ///< Else the far end tries.
    std::optional<IdleConnection> held;
    std::string id;
    policy::Millis began{};
  };

  void look_at_waiters(policy::Millis now);
  void look_at_probe(policy::Millis now);
  void look_at_order(policy::Millis now);
  void look_at_opening(policy::Millis now);
  void look_at_revivals(policy::Millis now);
  [[nodiscard]] std::optional<bool> revived(Revival& revival, policy::Millis now);
  void act(const PathStep& step, policy::Millis now);
  void begin_opening(policy::Millis now);
  void refused(int error, policy::Millis now);
  void begin_probe(std::uint32_t id, policy::Millis now);
  void judge(Waiting waiting, PathSight sight, policy::Millis now,
             std::optional<policy::Millis> idle);
  void part(Waiting waiting, PathSight sight, policy::Millis now);

  PathSearch& search_;
  Toward toward_;
  const FarEnd& far_end_;
  Control* control_;
  Leaving& leaving_;
  std::map<std::uint32_t, Waiting> waiting_;
  std::optional<Opening> opening_;
  policy::Millis opening_began_{};
  std::optional<Probing> own_probe_;
  std::string own_probe_id_;
  std::optional<Ordered> ordered_;
  std::vector<Revival> revivals_;
  PathRevivals counted_;
  policy::Millis longest_trip_{};  ///< Of connecting.
  policy::Millis shortest_trip_ = policy::Millis::max();
  std::uint32_t next_id_ = 0;
  int refusal_ = 0;
};

}  // namespace wsalive::path

// Timelines of many driven connections side by side on one made-up network: all peers fall silent at once,
// and each connection must be probed and given up as its own timing says.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "engine/host.hpp"
#include "policy/timeline.hpp"
#include "support/engine_wire.hpp"

namespace wsalive::test {

class EngineTimeline : public EngineOnWire {
 protected:
  struct Driven {
    policy::SourcedTiming wanted;
    policy::DriverKind driver;
    PlainSocket socket;
  };

  void open(const policy::SourcedTiming& wanted, policy::DriverKind driver) {
    const auto port = static_cast<std::uint16_t>(kDeaf + driven_.size());
    driven_.push_back({wanted, driver, connect(port, wanted)});
  }

  /// All are silent from now on; each must follow its timeline. `stalls` is what a busy machine may add:
  /// a pause of the engine moves all later instants of that silence along (K-52).
  void expect_timelines(Millis stalls = {}) {
    deafen();
    Millis longest{};
    for (const Driven& each : driven_) {
      const engine::InForce found = engine_->in_force(each.socket.fd(), {});
      EXPECT_EQ(found.driver, each.driver);
      EXPECT_EQ(found.wanted, each.wanted);
      EXPECT_EQ(found.probes_before_end, count(each));
      longest = std::max<Millis>(longest, *policy::time_to_give_up(each.wanted.timing));
    }
    std::this_thread::sleep_for(longest + Millis{250} + stalls);
    for (const Driven& each : driven_) {
      SCOPED_TRACE(std::to_string(each.wanted.timing.idle.count()) + " ms, " +
                   std::to_string(each.wanted.timing.interval.count()) + " ms, " +
                   std::to_string(each.wanted.timing.probes));
      // The kernel's own timers are coarser: K-96 says so.
      const Millis coarse{each.driver == policy::DriverKind::native ? 160 : 0};
      expect_timeline(seen(each.socket), each.wanted.timing, count(each), coarse + stalls);
      EXPECT_EQ(death(each.socket), engine::CloseCause::keep_alive);
    }
    if (stalls == Millis{}) expect_mostly_exact();
  }

  static std::uint32_t count(const Driven& each) {
    return policy::probes_before_give_up(each.wanted.timing);
  }

  std::vector<Driven> driven_;
};

}  // namespace wsalive::test

// Connections of the engine on a made-up network, with the wire watched: client - server, ports by
// behaviour, instants compared with the timeline.
//
// The peers are the other host's kernel; its firewall makes them deaf. A port between kDeaf and
// kDeaf + 99 hears nothing once `deafen` was called, kEveryThird lets one of three probes through.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/make_engine.hpp"
#include "lab/capture.hpp"
#include "os/clock.hpp"
#include "policy/series.hpp"
#include "support/exact_time.hpp"
#include "support/plain_socket.hpp"
#include "support/private_network.hpp"

namespace wsalive::test {

inline constexpr std::uint16_t kDeaf = 7100;
inline constexpr std::uint16_t kEveryThird = 7300;
inline constexpr std::uint16_t kHealthy = 7000;

/// What the wire showed of one connection.
struct Seen {
  std::vector<Instant> probes;
  std::vector<Instant> resets;
  std::optional<Instant> heard;  ///< The last segment from the peer.

  /// The probes of the last silence.
  [[nodiscard]] std::vector<Instant> unanswered() const {
    std::vector<Instant> later;
    std::ranges::copy_if(probes, std::back_inserter(later),
                         [this](Instant at) { return !heard || at > *heard; });
    return later;
  }
};

class EngineOnWire : public TwoHosts {
 protected:
  using Millis = std::chrono::milliseconds;

  void SetUp() override {
    TwoHosts::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const lab::Visit visit{network().client()};
    auto capture = lab::Capture::start(lab::Wiring::client_interface, 65536);
    ASSERT_TRUE(capture) << capture.error().attempt;
    capture_.emplace(std::move(*capture));
    engine_ = engine::make_engine(engine::os_host(), os::monotonic_clock());
  }

  /// A connection to a port of the server that keep-alive is switched on for.
  PlainSocket connect(std::uint16_t port, const policy::SourcedTiming& wanted) {
    PlainSocket socket = connect(port);
    switch_on(socket, wanted);
    return socket;
  }
  PlainSocket connect(std::uint16_t port) {
    listen(port);
    const lab::Visit visit{network().client()};
    PlainSocket client = PlainSocket::connected(lab::Wiring::server_v4, port);
    accept(port);
    return client;
  }
  void listen(std::uint16_t port) {
    if (listeners_.contains(port)) return;
    const lab::Visit visit{network().server()};
    listeners_.emplace(port, PlainSocket::listening("0.0.0.0", port));
  }
  /// \return The port of the other end.
  std::uint16_t accept(std::uint16_t port) {
    peers_.push_back(listeners_.at(port).accepted());
    return peers_.back().peer_port();
  }
  void switch_on(const PlainSocket& socket, const policy::SourcedTiming& wanted) {
    const lab::Visit visit{network().client()};  // The engine's thread is born where it drives.
    const Status done = engine_->switch_on(socket.fd(), wanted);
    ASSERT_TRUE(done) << done.error().attempt;
  }

  void deafen() {
    const auto done =
        lab::apply_nft(network().server(),
                       "table inet deaf {\n chain in {\n type filter hook input priority 0;"
                       " tcp dport 7100-7199 drop;"
                       " tcp dport 7300 numgen inc mod 3 < 2 drop;\n }\n}\n");
    ASSERT_TRUE(done) << done.error();
  }
  void hear_again() { ASSERT_TRUE(lab::apply_nft(network().server(), "delete table inet deaf\n")); }

  /// The story of a connection, from the capture so far.
  Seen seen(const PlainSocket& socket) { return seen(socket.port()); }
  Seen seen(std::uint16_t port) {
    const auto whole = story(port);
    Seen told{lab::instants(whole, lab::Act::probe, lab::SegmentDirection::out),
              lab::instants(whole, lab::Act::reset, lab::SegmentDirection::out),
              {}};
    for (const lab::Event& event : whole) {
      if (event.segment.direction == lab::SegmentDirection::in) told.heard = event.segment.at;
    }
    return told;
  }
  std::vector<lab::Event> story(std::uint16_t port) {
    const auto more = capture_->take();
    EXPECT_TRUE(more) << "the capture lost packets";
    if (more) segments_.insert(segments_.end(), more->begin(), more->end());
    return lab::narrate(lab::of_port(segments_, port));
  }

  /// A silent peer: `count` probes, each in its time after the last segment, and then a reset.
  void expect_timeline(const Seen& told, const policy::Timing& timing, std::size_t count,
                       Millis more = {}) {
    ASSERT_TRUE(told.heard);
    const policy::Series series{timing};
    const std::vector<Instant> probes =
        told.unanswered();  // One may have been answered before all fell silent.
    ASSERT_EQ(probes.size(), count);
    for (std::size_t k = 0; k < count; ++k) {
      expect_at(probes[k] - *told.heard, series.due(static_cast<std::uint32_t>(k)), more);
    }
    ASSERT_EQ(told.resets.size(), 1U);
    expect_at(told.resets[0] - *told.heard, series.due(static_cast<std::uint32_t>(count)), more);
  }

  /// Early only by the lateness of the kernel's own tick; late by two ticks, or by a stalled host.
  void expect_at(std::chrono::nanoseconds found, Millis wanted, Millis more) {
    if (more == Millis{})
      late_.push_back(std::chrono::floor<std::chrono::microseconds>(found - wanted));
    EXPECT_GE(found, wanted - earliness_allowed());
    EXPECT_LE(found, wanted + lateness_allowed() + more);
  }

  /// Half of all instants are at most two ticks and 1 ms late, also on a busy machine.
  void expect_mostly_exact() {
    ASSERT_FALSE(late_.empty());
    std::ranges::sort(late_);
    const auto at = [&](double part) {
      return late_[static_cast<std::size_t>(part * static_cast<double>(late_.size() - 1))].count();
    };
    RecordProperty("lateness_us", std::to_string(at(0.5)) + " " + std::to_string(at(0.97)));
    std::printf("late, us: p0 %ld p50 %ld p97 %ld p100 %ld of %zu\n", long{at(0)}, long{at(0.5)},
                long{at(0.97)}, long{at(1)}, late_.size());
    EXPECT_LE(at(0.5), 9000);
  }

  /// Of what the connection has ended within `patience`; hearing it uses the socket's error up.
  engine::CloseCause death(const PlainSocket& socket, Millis patience = {}) {
    const int error = socket.ended(patience);
    return error > 0 ? engine_->close_cause(socket.fd(), error) : engine::CloseCause::none;
  }

  std::unique_ptr<engine::Engine> engine_;
  std::vector<std::chrono::microseconds> late_;
  std::vector<PlainSocket> peers_;  ///< The other ends, in the order of `connect`.

 private:
  std::optional<lab::Capture> capture_;
  std::map<std::uint16_t, PlainSocket> listeners_;
  std::vector<lab::Segment> segments_;
};

}  // namespace wsalive::test

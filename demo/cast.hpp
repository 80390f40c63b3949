// Who plays in the demo, and with which numbers. One program runs twice, on two connections
// ("lanes") through one firewall: once without keep-alive, once with it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/clock.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::demo {

enum class Lane : std::uint8_t { plain, kept };
inline constexpr std::array kLanes{Lane::plain, Lane::kept};

constexpr std::size_t index_of(Lane lane) { return static_cast<std::size_t>(lane); }

/// The server's port tells the lane on the wire.
inline constexpr std::array<std::uint16_t, 2> kPorts{7001, 7002};

inline constexpr std::chrono::seconds kFirewallForgetsAfter{3};
inline constexpr std::chrono::milliseconds kIdle{6000};

/// What the second client asks for by SIO_KEEPALIVE_VALS; the count is the release's.
inline constexpr policy::Timing kAsked{.idle = policy::DwordMillis{1500},
                                       .interval = policy::DwordMillis{500},
                                       .probes = policy::kProbesSinceVista};
static_assert(kAsked.idle < kFirewallForgetsAfter, "or keep-alive would come too late");

}  // namespace wsalive::demo

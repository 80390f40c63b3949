// The limits of `wsalive serve`: on open connections in total and per host, and on the rate of new ones. They bound the cost of
// a flood.
//
// Pure layer: instants come in as parameters, hosts are octets. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include "policy/timeline.hpp"

namespace wsalive::path {

struct ServeLimits {
  std::size_t connections = 256;               ///< Open at the same time.
  policy::Millis longest_hold{3 * 3'600'000};  ///< The server closes an older one.
  /// How long a session keeps its connections without a control connection, which may come back after an outage.
  policy::Millis session{60'000};

  /// The share of one host: a quarter.
  [[nodiscard]] constexpr std::size_t per_host() const noexcept {
    return connections / 4 > 0 ? connections / 4 : 1;
  }
};

inline constexpr policy::Millis kRequestPatience{5'000};  ///< For the first line of a connection.
inline constexpr policy::Millis kControlPatience{
    20'000};  ///< Between two lines of a control connection.

/// A rate limit: a burst, and so many a second afterwards.
struct Pace {
  std::int64_t burst = 0;
  std::int64_t a_second = 0;
};
inline constexpr Pace kPaceOfAHost{60, 20};
inline constexpr Pace kPaceOfAll{400, 200};
inline constexpr Pace kPaceOfLines{40, 40};  ///< On one control connection.

/// The token bucket of a pace.
class PaceKeeper {
 public:
  explicit PaceKeeper(Pace pace) noexcept : pace_(pace), left_(pace.burst * kUnit) {}

  /// Takes a token if there is one. `now` never runs backwards.
  [[nodiscard]] bool take(policy::Millis now) noexcept;
  /// Whether there is a token.
  [[nodiscard]] bool has(policy::Millis now) noexcept;
  /// Whether the bucket is full, so that it may be dropped.
  [[nodiscard]] bool is_rested(policy::Millis now) const noexcept;

 private:
  static constexpr std::int64_t kUnit = 1'000;
  [[nodiscard]] std::int64_t refilled(policy::Millis now) const noexcept;

  Pace pace_;
  std::int64_t left_;
  policy::Millis last_{};
};

/// A host for the limits: an IPv4 address, or the first half of an IPv6 address, whose second half a host chooses freely.
using HostKey = std::array<std::uint8_t, 8>;

enum class Admit : std::uint8_t {
  yes,
  full,       ///< All connections are taken.
  host_full,  ///< This host has its share.
  too_fast,   ///< The pace of this host or of all hosts is exceeded.
};

class Admission {
 public:
  explicit Admission(const ServeLimits& limits) noexcept : limits_(limits) {}

  /// Decides about a new connection. `yes`: it counts until `left` is called.
  [[nodiscard]] Admit admit(const HostKey& key, policy::Millis now);
  void left(const HostKey& key);

  [[nodiscard]] std::size_t open() const noexcept { return open_; }
  /// The number of remembered hosts, which is bounded.
  [[nodiscard]] std::size_t remembered() const noexcept { return hosts_.size(); }

 private:
  struct Host {
    std::size_t open = 0;
    PaceKeeper pace{kPaceOfAHost};
  };
  [[nodiscard]] Host* host_for(const HostKey& key, policy::Millis now);

  ServeLimits limits_;
  std::map<HostKey, Host> hosts_;
  PaceKeeper pace_{kPaceOfAll};
  std::size_t open_ = 0;
};

}  // namespace wsalive::path

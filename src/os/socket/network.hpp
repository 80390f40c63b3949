// Networks as people write them: an address and how many of its bits count. The one parser for all that chooses
// connections by addresses. Any thread; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "os/socket/address.hpp"

namespace wsalive::os {

struct Network {
  Endpoint address{};  ///< IPv4 or IPv6; without a port.
  unsigned bits = 0;   ///< Up to 32 or 128.

  /// "10.0.0.0/8", "fd00::/8", or one address, all of whose bits count. ::ffff:a.b.c.d is IPv4.
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);

  /// An IPv4 address is also found in its mapped form.
  [[nodiscard]] bool contains(const Endpoint& endpoint) const noexcept;

  /// "10.0.0.0/8"; "10.0.0.5" where all bits count.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Network&, const Network&) = default;
};

}  // namespace wsalive::os

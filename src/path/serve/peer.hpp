// One connection of `wsalive serve`. Its life: greeted, then held in silence or taking orders, then closed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "os/socket/address.hpp"
#include "path/idle_connection.hpp"
#include "path/line_buffer.hpp"
#include "path/plan/serve_limits.hpp"
#include "path/probing.hpp"

namespace wsalive::path::serve {

/// A connection's number in this process' life.
using PeerNumber = std::uint32_t;

struct Peer {
  enum class Stage : std::uint8_t { greeted, held, control };

  HostKey host{};
  Stage stage = Stage::greeted;
  policy::Millis deadline{};  ///< Closed then, whatever it does.
  std::string nonce{};        ///< Of its greeting.
  std::string session{};      ///< Whose it is, from its first line on.

  Fd fd{};  ///< While it may speak: greeted, control.
  LineBuffer lines{};
  PaceKeeper pace{kPaceOfLines};

  std::string id{};  ///< While it is held.
  std::optional<IdleConnection> held{};
  std::optional<Probing> probing{};  ///< Has the connection in `held`'s place.
  policy::Millis idle{};             ///< The silence before the first probe.
  PeerNumber asked_by = 0;           ///< The control connection that wants to know.

  [[nodiscard]] int descriptor() const noexcept {
    if (probing) return probing->connection().fd();
    return held ? held->fd() : fd.get();
  }
};

// One address at which the far end listens.

struct Listener {
  Fd fd;
  os::Endpoint at;  ///< With the port that was given.
};

/// Listens there; port 0: the system picks one. Errors: those of socket, bind and listen.
[[nodiscard]] Result<Listener> listen_at(const os::Endpoint& at);

}  // namespace wsalive::path::serve

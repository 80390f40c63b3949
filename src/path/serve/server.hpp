// The far end of `wsalive path`: holds connections in silence, probes one on the order of a control connection, and speaks only
// path/plan/protocol.hpp. It closes a peer that speaks anything else. path/plan/serve_limits.hpp limits connections, in total
// and per host, their rate, their lines and their duration.
//
// One thread; never blocks on a peer. Ends at a signal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "os/process/signals.hpp"
#include "os/socket/address.hpp"
#include "path/idle_connection.hpp"
#include "path/plan/protocol.hpp"
#include "path/plan/serve_limits.hpp"
#include "path/protocol_io.hpp"

namespace wsalive::path::serve {

// One connection of the server: greeted, then held in silence or taking orders, then closed.

/// A connection's number, unique in this process.
using PeerNumber = std::uint32_t;

struct Peer {
  enum class Stage : std::uint8_t { greeted, held, control };

  HostKey host{};
  Stage stage = Stage::greeted;
  policy::Millis deadline{};  ///< The server closes it then, whatever it does.
  std::string nonce{};        ///< Of its greeting.
  std::string session{};      ///< Its session, from its first line on.

  Fd fd{};  ///< In the stages greeted and control.
  LineBuffer lines{};
  PaceKeeper pace{kPaceOfLines};

  std::string id{};  ///< In the stage held.
  std::optional<IdleConnection> held{};
  std::optional<Probing> probing{};  ///< Has the connection instead of `held`.
  policy::Millis idle{};             ///< The silence before the first probe.
  PeerNumber asked_by = 0;           ///< The control connection that ordered the probe.

  [[nodiscard]] int descriptor() const noexcept {
    if (probing) return probing->connection().fd();
    return held ? held->fd() : fd.get();
  }
};

// One address on which the server listens.

struct Listener {
  Fd fd;
  os::Endpoint at;  ///< With the actual port.
};

/// Listens there; port 0: the system picks one. Errors: those of socket, bind and listen.
[[nodiscard]] Result<Listener> listen_at(const os::Endpoint& at);

struct Counts {
  std::uint64_t served = 0;
  std::uint64_t refused = 0;
};

class Server {
 public:
  Server(std::vector<Listener> listeners, const ServeLimits& limits, std::optional<SharedKey> key,
         const Clock& clock, os::StopSignals& stop);

  /// Until a signal.
  void run();
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  using Peers = std::map<PeerNumber, Peer>;

  [[nodiscard]] policy::Millis now() const;
  void accept_from(const Listener& listener, policy::Millis now);
  void admit(Fd fd, const HostKey& host, policy::Millis now);
  void look(PeerNumber number, policy::Millis now);
  void listen_to(PeerNumber number, Peer& peer, policy::Millis now);
  void look_at_held(PeerNumber number, Peer& peer);
  void look_at_probing(PeerNumber number, Peer& peer, policy::Millis now);
  /// false: the connection is closed.
  [[nodiscard]] bool obey(PeerNumber number, Peer& peer, const std::string& line,
                          policy::Millis now);
  [[nodiscard]] bool begin(PeerNumber number, Peer& peer, const PathRequest& request,
                           policy::Millis now);
  [[nodiscard]] bool order(PeerNumber number, Peer& peer, const PathRequest& request,
                           policy::Millis now);
  static void begin_probing(Peer& held, PeerNumber asked_by);
  bool refuse(PeerNumber number, PathWord why);
  static void say(const Peer& peer, const PathReply& reply);
  void close(PeerNumber number, Farewell farewell = Farewell::finish);
  void close_late_ones(policy::Millis now);
  [[nodiscard]] bool is_late(const Peer& peer, policy::Millis now) const;
  void forget_sessions(policy::Millis now);
  void wait(policy::Millis now);

  std::vector<Listener> listeners_;
  ServeLimits limits_;
  std::optional<SharedKey> key_;
  const Clock& clock_;
  os::StopSignals& stop_;
  Instant began_;
  Admission admission_;
  Peers peers_;
  std::unordered_map<std::string, PeerNumber> held_;  ///< By ID.
  std::unordered_map<std::string, policy::Millis>
      sessions_;  ///< The last `hold`, `control` or order of each.
  std::vector<PeerNumber> ready_;
  policy::Millis no_accept_before_{};
  PeerNumber next_ = 1;
  Counts counts_;
};

}  // namespace wsalive::path::serve

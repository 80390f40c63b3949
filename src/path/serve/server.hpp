// The far end of `wsalive path`: holds connections in silence, probes one when a control connection says so, and
// speaks nothing but path/plan/protocol.hpp. A peer that speaks anything else is closed; everything is bounded by
// path/plan/serve_limits.hpp: connections, of one host too, their pace, their lines, their time.
//
// One thread; never waits for a peer. Ends at a signal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "os/process/signals.hpp"
#include "path/plan/protocol.hpp"
#include "path/serve/peer.hpp"
#include "path/shared_key.hpp"

namespace wsalive::path::serve {

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
  std::unordered_map<std::string, PeerNumber> held_;          ///< By ID.
  std::unordered_map<std::string, policy::Millis> sessions_;  ///< When each was last heard of.
  std::vector<PeerNumber> ready_;
  policy::Millis no_accept_before_{};
  PeerNumber next_ = 1;
  Counts counts_;
};

}  // namespace wsalive::path::serve

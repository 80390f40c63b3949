// Linux's TCP keep-alive as a model: sockets, a timer wheel of 4 ms ticks, a peer, and a wire that
// writes everything down. The engine's drivers run over it in virtual time.
//
// It models what the drivers rest on, as read in net/ipv4/tcp_timer.c and tried on a real kernel:
//   - setting TCP_KEEPIDLE arms the timer at idle - silence; what is past fires at the next tick;
//   - a timer that is set for the tick that it is set for already stays in its coarse cell;
//   - the handler probes if the silence is long enough and nothing is unacknowledged, else arms again;
//   - a socket held by a thread at the tick is tried again 48 ms later;
//   - it gives up by the count, or, with TCP_USER_TIMEOUT, by that and not by the count;
//   - the count goes to 0 with an acknowledgement, but not with data while other data is unread;
//   - silence is measured in whole ticks;
//   - TCP_REPAIR = 0 sends a probe that is not counted, in ESTABLISHED only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "base/clock.hpp"
#include "engine/host.hpp"

namespace wsalive::test {

enum class OnWire : std::uint8_t {
  probe,
  answer,
  reset,
  lost,  ///< On the way: a probe that would have been answered, or an answer.
};

struct WireEvent {
  std::chrono::milliseconds at;  ///< Since the simulation's beginning.
  OnWire what;
  int fd;
};

class SimulatedKernel final : public engine::Host, public Clock {
 public:
  using Millis = std::chrono::milliseconds;

  /// Whether the peer answers its nth probe (from 1).
  using Peer = std::function<bool(unsigned nth)>;

  [[nodiscard]] Instant now() const noexcept override { return now_; }
  /// Moves time on, and lets the kernel's timers and the peer act on the way.
  void advance_to(Instant target);
  /// When the kernel or a peer acts next; Instant::max() if never.
  [[nodiscard]] Instant next_event() const noexcept;

  // Sockets and their peers.
  int connect(Peer peer = [](unsigned) { return true; });
  int listen();
  int unconnected();
  void establish(int fd);
  void close(int fd) { sockets_.erase(fd); }
  void reuse(int fd, int by);  ///< The number now means the other socket (dup2).
  void peer_sends(int fd, bool while_unread = false);
  void program_sends(int fd) { socket(fd).busy = true; }
  void peer_acknowledges(int fd);
  void peer_closes(int fd) { socket(fd).state = os::TcpState::close_wait; }
  void peer_resets(int fd);
  void hold(int fd, Millis time) { socket(fd).held_until = now_ + time; }
  void set_peer(int fd, Peer peer) { socket(fd).peer = std::move(peer); }

  // What tests turn.
  bool coarse_timers = false;  ///< The timer wheel is coarse, as the real one is; else to the tick.
  bool allows_repair = false;
  bool allows_destroy = true;
  Millis round_trip{1};
  Millis answers_at_most_every{0};  ///< 500 ms on a Linux peer.
  /// Whether the path loses the next segment that it is given, in either direction.
  std::function<bool()> loses = [] { return false; };
  bool has_memory = true;  ///< Without, no segment is sent, and no call fails.
  int probe_error = 0;     ///< What `send_probe` fails with.
  int value_error = 0;     ///< What setting a value fails with, but for the switch.
  unsigned calls = 0;      ///< System calls so far.

  [[nodiscard]] const std::vector<WireEvent>& wire() const noexcept { return wire_; }
  [[nodiscard]] std::vector<Millis> instants(int fd, OnWire what) const;
  [[nodiscard]] bool is_open(int fd) { return socket(fd).state != os::TcpState::close; }
  [[nodiscard]] int error(int fd) { return socket(fd).error; }

  // Host.
  Result<std::uint64_t> cookie(int fd) noexcept override;
  Result<os::TcpFacts> facts(int fd) noexcept override;
  Result<int> unacknowledged_bytes(int fd) noexcept override;
  Result<os::KernelKeepAlive> values(int fd) noexcept override;
  Result<int> idle(int fd) noexcept override;
  Status set_switch(int fd, os::Switch value) noexcept override;
  Status pass_switch(int fd, const void* program_value) noexcept override;
  Status set_idle(int fd, int seconds) noexcept override;
  Status set_interval(int fd, int seconds) noexcept override;
  Status set_count(int fd, int probes) noexcept override;
  Result<os::Switch> keep_alive_switch(int fd) noexcept override;
  Result<int> user_timeout(int fd) noexcept override;
  Status set_user_timeout(int fd, int milliseconds) noexcept override;
  bool may_repair(int fd) noexcept override;
  Status send_probe(int fd) noexcept override;
  Status destroy(int fd, std::uint64_t cookie) noexcept override;

  static constexpr std::int64_t kNever = -1;
  struct Socket {
    std::uint64_t cookie = 0;
    os::TcpState state = os::TcpState::established;
    os::KernelKeepAlive values{os::Switch::off, 7200, 75, 9};
    int user_timeout = 0;
    std::uint8_t probes = 0;
    std::int64_t heard_tick = 0;
    std::int64_t timer = kNever;  ///< The tick at which the handler runs.
    std::int64_t expires = 0;     ///< The tick that the timer was set for.
    bool busy = false;
    Instant held_until{};
    std::uint32_t segments = 0;
    std::uint32_t segments_out = 0;
    int error = 0;
    Peer peer;
    unsigned probes_seen = 0;
    Instant last_answer = Instant::min();
    std::vector<Instant> answers;  ///< On their way.
  };
  Socket& socket(int fd) { return sockets_.at(fd); }

 private:
  [[nodiscard]] std::int64_t tick() const noexcept;
  [[nodiscard]] static std::int64_t ticks(Millis time) noexcept;
  void arm(Socket& socket, std::int64_t ticks_from_now) const noexcept;
  void run_timer(int fd, Socket& socket);
  void send_probe_on_wire(int fd, Socket& socket);
  void end(int fd, Socket& socket, int error, bool with_reset);
  void note(int fd, OnWire what);
  int add(Socket socket);

  Instant now_{std::chrono::hours{1}};
  Instant begin_ = now_;
  std::map<int, Socket> sockets_;
  std::vector<WireEvent> wire_;
  int next_fd_ = 3;
  std::uint64_t next_cookie_ = 1;
};

}  // namespace wsalive::test

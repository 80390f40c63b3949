#include "support/simulated_kernel.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "policy/kernel_timer.hpp"

namespace wsalive::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kTick{4};
constexpr milliseconds kWhenHeld{48};

Instant at_tick(std::int64_t tick) { return Instant{tick * kTick}; }

}  // namespace

std::int64_t SimulatedKernel::tick() const noexcept { return now_.time_since_epoch() / kTick; }

std::int64_t SimulatedKernel::ticks(Millis time) noexcept {
  return (time + kTick - milliseconds{1}) / kTick;
}

void SimulatedKernel::arm(Socket& socket, std::int64_t ticks_from_now) const noexcept {
  const std::int64_t wait = std::max<std::int64_t>(ticks_from_now, 1);
  const bool stays = socket.timer != kNever && socket.expires == tick() + wait;
  if (coarse_timers && stays) return;
  socket.expires = socket.timer = tick() + wait;
  if (!coarse_timers) return;
  const std::int64_t step = policy::timer_step((wait - 1) * kTick, kTick) / nanoseconds{kTick};
  if (step > 1) socket.timer = (socket.timer / step + 1) * step;  // The next cell of its level.
}

Instant SimulatedKernel::next_event() const noexcept {
  Instant next = Instant::max();
  for (const auto& [fd, socket] : sockets_) {
    if (socket.timer != kNever) next = std::min(next, at_tick(socket.timer));
    for (const Instant answer : socket.answers) next = std::min(next, answer);
  }
  return next;
}

void SimulatedKernel::advance_to(Instant target) {
  for (Instant next = next_event(); next <= target; next = next_event()) {
    now_ = std::max(now_, next);
    for (auto& [fd, socket] : sockets_) {
      const auto arrived =
          std::ranges::find_if(socket.answers, [&](Instant at) { return at <= now_; });
      if (arrived != socket.answers.end()) {
        socket.answers.erase(arrived);
        note(fd, OnWire::answer);
        peer_acknowledges(fd);
        socket.busy = false;
      }
      if (socket.timer != kNever && at_tick(socket.timer) <= now_) run_timer(fd, socket);
    }
  }
  now_ = std::max(now_, target);
}

void SimulatedKernel::run_timer(int fd, Socket& socket) {
  socket.timer = kNever;
  if (socket.held_until > now_) return arm(socket, ticks(kWhenHeld));
  if (socket.values.on == os::Switch::off || socket.state == os::TcpState::close ||
      socket.state == os::TcpState::listen || socket.state == os::TcpState::syn_sent) {
    return;
  }
  const std::int64_t idle = ticks(std::chrono::seconds{socket.values.idle_s});
  if (socket.busy) return arm(socket, idle);
  const std::int64_t silence = tick() - socket.heard_tick;
  if (silence < idle) return arm(socket, idle - silence);
  const bool by_user_timeout = socket.user_timeout != 0 && socket.probes > 0 &&
                               silence >= ticks(milliseconds{socket.user_timeout});
  if (by_user_timeout || (socket.user_timeout == 0 && socket.probes >= socket.values.probes)) {
    return end(fd, socket, ETIMEDOUT, /*with_reset=*/true);
  }
  ++socket.probes;
  send_probe_on_wire(fd, socket);
  arm(socket, ticks(std::chrono::seconds{socket.values.interval_s}));
}

void SimulatedKernel::send_probe_on_wire(int fd, Socket& socket) {
  if (!has_memory) return;
  note(fd, OnWire::probe);
  ++socket.segments_out;
  const Instant arrives = now_ + round_trip / 2;
  const bool limited =
      socket.last_answer != Instant::min() && arrives - socket.last_answer < answers_at_most_every;
  const bool would_answer = socket.peer(++socket.probes_seen) && !limited;
  if (loses()) return would_answer ? note(fd, OnWire::lost) : void();
  if (!would_answer) return;
  socket.last_answer = arrives;
  if (loses()) return note(fd, OnWire::lost);
  socket.answers.push_back(now_ + round_trip);
}

void SimulatedKernel::end(int fd, Socket& socket, int error, bool with_reset) {
  if (with_reset) note(fd, OnWire::reset);
  socket.state = os::TcpState::close;
  socket.error = error;
  socket.busy = false;
  socket.timer = kNever;
  socket.answers.clear();
}

void SimulatedKernel::note(int fd, OnWire what) {
  wire_.push_back({std::chrono::floor<milliseconds>(now_ - begin_), what, fd});
}

std::vector<SimulatedKernel::Millis> SimulatedKernel::instants(int fd, OnWire what) const {
  std::vector<Millis> found;
  for (const WireEvent& event : wire_) {
    if (event.fd == fd && event.what == what) found.push_back(event.at);
  }
  return found;
}

int SimulatedKernel::add(Socket socket) {
  socket.cookie = next_cookie_++;
  socket.heard_tick = tick();
  sockets_.emplace(next_fd_, std::move(socket));
  return next_fd_++;
}

int SimulatedKernel::connect(Peer peer) { return add({.peer = std::move(peer)}); }
int SimulatedKernel::listen() { return add({.state = os::TcpState::listen}); }
int SimulatedKernel::unconnected() {
  return add({.state = os::TcpState::close, .peer = [](unsigned) { return true; }});
}

void SimulatedKernel::establish(int fd) {
  Socket& it = socket(fd);
  it.state = os::TcpState::established;
  it.heard_tick = tick();
  if (it.values.on == os::Switch::on) arm(it, ticks(std::chrono::seconds{it.values.idle_s}));
}

void SimulatedKernel::reuse(int fd, int by) {
  sockets_[fd] = sockets_.at(by);
  sockets_.erase(by);
}

void SimulatedKernel::peer_sends(int fd, bool while_unread) {
  Socket& it = socket(fd);
  it.heard_tick = tick();
  ++it.segments;
  if (!while_unread) it.probes = 0;
}

void SimulatedKernel::peer_acknowledges(int fd) {
  Socket& it = socket(fd);
  it.heard_tick = tick();
  it.probes = 0;
  it.busy = false;
  ++it.segments;
}

void SimulatedKernel::peer_resets(int fd) {
  ++socket(fd).segments;
  end(fd, socket(fd), ECONNRESET, /*with_reset=*/false);
}

// ---------------------------------------------------------------------------------------------

Result<std::uint64_t> SimulatedKernel::cookie(int fd) noexcept {
  ++calls;
  const auto found = sockets_.find(fd);
  if (found == sockets_.end()) return failure(EBADF, "cookie");
  return found->second.cookie;
}

Result<os::TcpFacts> SimulatedKernel::facts(int fd) noexcept {
  ++calls;
  const auto found = sockets_.find(fd);
  if (found == sockets_.end()) return failure(EBADF, "facts");
  const Socket& it = found->second;
  const bool never = it.state == os::TcpState::close && it.error == 0;
  return os::TcpFacts{.state = it.state,
                      .probes = it.probes,
                      .busy = it.busy,
                      .heard = never ? std::chrono::hours{300} : (tick() - it.heard_tick) * kTick,
                      .segments_in = it.segments,
                      .segments_out = it.segments_out};
}

Result<int> SimulatedKernel::unacknowledged_bytes(int fd) noexcept {
  return socket(fd).busy ? 1 : 0;
}

Result<os::KernelKeepAlive> SimulatedKernel::values(int fd) noexcept {
  calls += 4;
  return socket(fd).values;
}

Result<int> SimulatedKernel::idle(int fd) noexcept {
  ++calls;
  return socket(fd).values.idle_s;
}

Status SimulatedKernel::set_switch(int fd, os::Switch value) noexcept {
  ++calls;
  Socket& it = socket(fd);
  const bool live = it.state != os::TcpState::close && it.state != os::TcpState::listen;
  if (value == os::Switch::on && it.values.on == os::Switch::off && live) {
    arm(it, ticks(std::chrono::seconds{it.values.idle_s}));
  }
  if (value == os::Switch::off) it.timer = kNever;
  it.values.on = value;
  return {};
}

Status SimulatedKernel::pass_switch(int fd, const void* program_value) noexcept {
  int value = 0;
  std::memcpy(&value, program_value, sizeof value);
  return set_switch(fd, value != 0 ? os::Switch::on : os::Switch::off);
}

Status SimulatedKernel::set_idle(int fd, int seconds) noexcept {
  ++calls;
  if (seconds < 1 || seconds > os::kLongestSeconds) return failure(EINVAL, "idle");
  Socket& it = socket(fd);
  it.values.idle_s = seconds;
  const bool live = it.state != os::TcpState::close && it.state != os::TcpState::listen;
  if (it.values.on == os::Switch::off || !live) return {};
  // A timer fires at the tick behind the one that it is set for.
  const std::int64_t left = ticks(std::chrono::seconds{seconds}) - (tick() - it.heard_tick);
  arm(it, std::max<std::int64_t>(left, 0) + 1);
  return {};
}

Status SimulatedKernel::set_interval(int fd, int seconds) noexcept {
  ++calls;
  if (value_error != 0) return failure(value_error, "interval");
  if (seconds < 1 || seconds > os::kLongestSeconds) return failure(EINVAL, "interval");
  socket(fd).values.interval_s = seconds;
  return {};
}

Status SimulatedKernel::set_count(int fd, int probes) noexcept {
  ++calls;
  if (probes < 1 || probes > os::kLargestCount) return failure(EINVAL, "count");
  socket(fd).values.probes = probes;
  return {};
}

Result<os::Switch> SimulatedKernel::keep_alive_switch(int fd) noexcept {
  ++calls;
  return socket(fd).values.on;
}

Result<int> SimulatedKernel::user_timeout(int fd) noexcept {
  ++calls;
  return socket(fd).user_timeout;
}

Status SimulatedKernel::set_user_timeout(int fd, int milliseconds) noexcept {
  ++calls;
  socket(fd).user_timeout = milliseconds;
  return {};
}

bool SimulatedKernel::may_repair(int /*fd*/) noexcept { return allows_repair; }

Status SimulatedKernel::send_probe(int fd) noexcept {
  ++calls;
  if (!allows_repair) return failure(EPERM, "probe");
  if (probe_error != 0) return failure(probe_error, "probe");
  if (socket(fd).state == os::TcpState::established) send_probe_on_wire(fd, socket(fd));
  return {};
}

Status SimulatedKernel::destroy(int fd, std::uint64_t cookie) noexcept {
  ++calls;
  if (!allows_destroy) return failure(EOPNOTSUPP, "destroy");
  if (socket(fd).cookie != cookie) return failure(ENOENT, "destroy");
  end(fd, socket(fd), ECONNABORTED, /*with_reset=*/true);
  return {};
}

}  // namespace wsalive::test

#include "path/idle_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "os/socket/poll.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/socket/socket_io.hpp"
#include "os/socket/socket_values.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::path {

Result<IdleConnection> IdleConnection::begin(const os::Endpoint& to) {
  constexpr int kTcp = 6;
  const int made = os::create_socket(to.family, os::SocketType::stream, kTcp);
  if (made < 0) return failure(-made, "socket");
  Fd fd{made};
  if (const int error = os::set_blocking(fd.get(), os::Blocking::no); error != 0) {
    return failure(-error, "fcntl O_NONBLOCK");
  }
  const int error = os::connect_socket(fd.get(), os::socket_address_of(to));
  if (error != 0 && error != -EINPROGRESS) return failure(-error, "connect");
  return IdleConnection{std::move(fd), true};
}

IdleConnection IdleConnection::adopt(Fd connected) {
  (void)os::set_blocking(connected.get(), os::Blocking::no);
  IdleConnection result{std::move(connected), false};
  if (const auto facts = os::tcp_facts(result.fd())) result.segments_ = facts->segments_in;
  return result;
}

Status IdleConnection::probe() {
  constexpr int kLeast = 1;
  constexpr int kFar = 1'000;  // Keeps the kernel from sending further probes.
  if (!armed_) {
    if (const Status far = os::set_keep_alive_interval(fd_.get(), kFar); !far) return far;
    if (const Status many = os::set_keep_alive_count(fd_.get(), os::kLargestCount); !many)
      return many;
    if (const Status on = os::set_keep_alive_switch(fd_.get(), os::Switch::on); !on) return on;
    armed_ = true;
  }
  return os::set_keep_alive_idle(fd_.get(), kLeast);
}

IdleSight IdleConnection::failure_of(int error) noexcept {
  error_ = error;
  return error == ECONNRESET ? IdleSight::reset : IdleSight::failed;
}

IdleSight IdleConnection::look() {
  if (connecting_) {
    os::Watched watched{fd_.get(), os::kWritable};
    if (os::wait_for(&watched, 1, std::chrono::nanoseconds{0}) <= 0) return IdleSight::quiet;
    if (const int error = os::take_pending_error(fd_.get()); error != 0) return failure_of(error);
    connecting_ = false;
    if (const auto facts = os::tcp_facts(fd_.get())) segments_ = facts->segments_in;
    return IdleSight::connected;
  }
  std::array<std::byte, 4096> piece{};
  bool spoke = false;
  for (int reads = 0; reads < 16; ++reads) {
    const long got = os::receive_bytes(fd_.get(), piece.data(), piece.size(), os::kDontBlock);
    if (got == 0) return IdleSight::ended;
    if (got == -EAGAIN || got == -EINTR) break;
    if (got < 0) return failure_of(static_cast<int>(-got));
    spoke = true;
  }
  const auto facts = os::tcp_facts(fd_.get());
  const bool came = facts && facts->segments_in != segments_;
  if (facts) segments_ = facts->segments_in;
  if (spoke) return IdleSight::data;
  return came ? IdleSight::answered : IdleSight::quiet;
}

bool IdleConnection::finish() noexcept {
  return fd_ && os::shut_down(fd_.get(), os::Direction::send) == 0;
}

void IdleConnection::close(Farewell farewell) noexcept {
  if (farewell == Farewell::reset && fd_)
    (void)os::set_linger(fd_.get(), {.on = true, .seconds = 0});
  fd_.reset();
}

namespace {

using policy::Millis;

constexpr int kProbesBeforeSilence = 4;  // Of one connection: a lost probe is no verdict.
constexpr Millis kBetweenProbes{700};    // A Linux peer answers one in 500 ms (K-52).

Millis gap(Millis round_trip) { return std::max(kBetweenProbes, round_trip * 3); }

}  // namespace

std::optional<PathSight> Probing::look(Millis now) {
  const IdleSight sight = connection_.look();
  switch (sight) {
    case IdleSight::reset:
      return PathSight::reset;
    case IdleSight::ended:
      return PathSight::closed;
    case IdleSight::failed:
      return PathSight::silent;
    default:
      break;
  }
  // A segment before the first probe answers something else.
  const bool came = sight == IdleSight::answered || sight == IdleSight::data;
  if (came && asked_ > 0) return PathSight::kept;
  if (asked_ > 0 && now < next_ask_) return std::nullopt;
  if (asked_ == kProbesBeforeSilence) return PathSight::silent;
  (void)connection_.probe();
  ++asked_;
  next_ask_ = now + gap(round_trip_);
  return std::nullopt;
}

Millis probing_time(Millis round_trip) noexcept { return kProbesBeforeSilence * gap(round_trip); }

}  // namespace wsalive::path

#include "winsock/readiness/readiness.hpp"

#include <array>
#include <chrono>

#include "os/socket/socket_calls.hpp"
#include "winsock/connection/connection.hpp"

namespace wsalive::winsock {
namespace {

struct MeaningRow {
  os::Readiness found;
  Ready meant;
};
constexpr std::array kPlainMeanings{
    // clang-format off
    MeaningRow{os::kReadable,  kCanReceive},
    MeaningRow{os::kWritable,  kCanSend},
    MeaningRow{os::kUrgent,    kHasUrgent},
    MeaningRow{os::kPeerEnded, kCanReceive | kPeerHasEnded},
    // A pending error ends the next call of any kind.
    MeaningRow{os::kFailed,    kCanReceive | kCanSend},
    MeaningRow{os::kHungUp,    kCanReceive},
    // clang-format on
};

Ready plain_meaning(os::Readiness found) {
  unsigned meant = 0;
  for (const MeaningRow& row : kPlainMeanings) {
    if ((found & row.found) != 0) meant |= row.meant;
  }
  return static_cast<Ready>(meant);
}

/// Whether a connection both of whose directions have ended was broken: not if this end was shut down.
bool is_broken(const Socket& socket, os::Readiness found) {
  if ((found & os::kFailed) != 0) return true;
  if ((found & os::kHungUp) == 0) return false;
  return socket.cause.load(std::memory_order_acquire) != Cause::none ||
         (socket.shut.load(std::memory_order_relaxed) & kShutSending) == 0;
}

os::Readiness found_now(const Socket& socket) {
  os::Watched watched{socket.fd(), os::kReadable | os::kWritable | os::kUrgent | os::kPeerEnded};
  return os::wait_for(&watched, 1, std::chrono::nanoseconds{0}) > 0 ? watched.ready()
                                                                    : os::Readiness{0};
}

Ready judge_connected(const Socket& socket, os::Readiness found) {
  // The finding may be older than the connection: the kernel reports a socket as hung up before its request, and the thread
  // that makes the request settles it. A connection that has ended stays ended.
  if (is_broken(socket, found)) found = found_now(socket);
  if (!is_broken(socket, found)) return plain_meaning(found);
  // Linux reports it as readable in any case; unread data comes before the error.
  return os::unread_bytes(socket.fd()) > 0 ? Ready{kIsBroken | kCanReceive} : Ready{kIsBroken};
}

}  // namespace

os::Wanted asked_of_kernel(Ready wanted) noexcept {
  unsigned asked = 0;
  if ((wanted & kCanReceive) != 0) asked |= os::kReadable;
  if ((wanted & kCanSend) != 0) asked |= os::kWritable;
  if ((wanted & kHasUrgent) != 0) asked |= os::kUrgent;
  if ((wanted & kPeerHasEnded) != 0) asked |= os::kPeerEnded;
  return os::Wanted{static_cast<os::Readiness>(asked)};
}

Ready judge(Socket& socket, os::Readiness found) noexcept {
  if (found == 0) return known_ready(socket);
  if (!socket.is_stream()) return plain_meaning(found);
  const bool was_connecting = socket.phase.load(std::memory_order_acquire) == Phase::connecting;
  switch (settle_phase(socket)) {
    case Phase::connected:
      return judge_connected(socket, found);
    case Phase::listening:
      return plain_meaning(found);
    case Phase::fresh:
      return was_connecting ? Ready{kConnectFailed} : known_ready(socket);
    case Phase::connecting:
      break;
  }
  return 0;
}

Ready known_ready(const Socket& socket) noexcept {
  if (has_deferred(socket)) return kCanReceive;
  const bool failed = socket.is_stream() &&
                      socket.phase.load(std::memory_order_acquire) == Phase::fresh &&
                      socket.last_error.load(std::memory_order_relaxed) != 0;
  return failed ? Ready{kConnectFailed} : Ready{0};
}

}  // namespace wsalive::winsock

// select: counted arrays of sockets (K-108), waited for with the kernel's poll.
//
// A set's length is the program's own FD_SETSIZE, which select does not know, so it reads and writes sets
// by their counts alone. A call that fails leaves them as they were.

#include "winsock2.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "os/clock.hpp"
#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/readiness/readiness.hpp"
#include "winsock/readiness/watch_list.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

/// What a set of sockets waits for, and what puts a socket into its answer.
struct SetRole {
  Ready wanted;
  Ready answers;
};
// K-93: a broken connection is readable and writable, not exceptional.
constexpr std::array kRoles{
    SetRole{kCanReceive, kCanReceive | kPeerHasEnded | kIsBroken},
    SetRole{kCanSend, kCanSend | kIsBroken},
    SetRole{kHasUrgent, kHasUrgent | kConnectFailed},
};

SOCKET* array_of(fd_set* set) {
  if (!set) return nullptr;
  return reinterpret_cast<SOCKET*>(reinterpret_cast<char*>(set) + offsetof(fd_set, fd_array));
}

class SelectCall {
 public:
  SelectCall(fd_set* reading, fd_set* writing, fd_set* exceptional)
      : sets_{{{reading, 0}, {writing, 0}, {exceptional, 0}}} {}

  [[nodiscard]] WsaError check();
  [[nodiscard]] WatchList& list() noexcept { return list_; }
  [[nodiscard]] WsaError watch_all(bool again);
  [[nodiscard]] std::size_t judge_all();
  void write();

 private:
  struct Set {
    fd_set* set;
    u_int count;

    [[nodiscard]] std::span<SOCKET> sockets() const { return {array_of(set), count}; }
  };

  std::array<Set, 3> sets_;
  WatchList list_;
};

WsaError SelectCall::check() {
  std::size_t all = 0;
  for (Set& each : sets_) {
    if (!each.set) continue;
    static_assert(offsetof(fd_set, fd_count) == 0);
    auto* const count =
        reinterpret_cast<u_int*>(each.set);  // Not checked yet: may be any number (K-26).
    const bool good = os::load_program(count, each.count) && can_store(count) &&
                      is_good_array(array_of(each.set), each.count);
    if (!good) return WsaError::fault;
    all += each.count;
  }
  list_.make_room(all);
  return all != 0 ? WsaError::none : WsaError::invalid_argument;
}

/// Every socket must be open (K-23); one that no longer is has been closed meanwhile (K-109).
WsaError SelectCall::watch_all(bool again) {
  bool all_open = true;
  list_.fill([&](auto put) {
    for (std::size_t which = 0; which < sets_.size(); ++which) {
      const os::Wanted asked = asked_of_kernel(kRoles[which].wanted);
      for (const SOCKET handle : sets_[which].sockets()) {
        const Socket* const socket = Socket::find(handle);
        all_open = all_open && socket;
        put(socket ? watch(*socket, asked) : os::Watched{});
      }
    }
  });
  if (all_open) return WsaError::none;
  return again ? WsaError::interrupted : WsaError::not_a_socket;
}

std::size_t SelectCall::judge_all() {
  std::size_t ready = 0;
  os::Watched* next = list_.first();
  for (std::size_t which = 0; which < sets_.size(); ++which) {
    for (const SOCKET handle : sets_[which].sockets()) {
      os::Watched& watched = *next++;
      const os::Readiness found = watched.ready();
      if (found == 0 && !list_.some_known()) continue;
      Socket* const socket = Socket::find(handle);
      const bool answers = socket && (judge(*socket, found) & kRoles[which].answers) != 0;
      watched.set_verdict(answers ? 1 : 0);
      ready += answers ? 1U : 0U;
    }
  }
  return ready;
}

/// The sockets that are ready move to the front of their sets.
void SelectCall::write() {
  const os::Watched* next = list_.first();
  for (const Set& each : sets_) {
    if (!each.set) continue;
    SOCKET* kept = each.sockets().data();
    for (const SOCKET handle : each.sockets()) {
      if (next++->verdict() != 0) *kept++ = handle;
    }
    each.set->fd_count = static_cast<u_int>(kept - each.sockets().data());
  }
}

/// nullopt in `deadline`: for ever.
WsaError read_deadline(const timeval* time_out, std::optional<Instant>& deadline) {
  if (!time_out) return WsaError::none;
  timeval wait{};
  if (!os::load_program(time_out, wait)) return WsaError::fault;
  if (wait.tv_sec < 0 || wait.tv_usec < 0) return WsaError::invalid_argument;
  constexpr std::chrono::seconds kLongest{1'000'000'000};
  deadline = os::monotonic_clock().now() + std::min(std::chrono::seconds{wait.tv_sec}, kLongest) +
             std::min(std::chrono::microseconds{wait.tv_usec}, std::chrono::microseconds{kLongest});
  return WsaError::none;
}

Count select_call(fd_set* reading, fd_set* writing, fd_set* exceptional, const timeval* time_out) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return refused(refusal);
  }
  std::optional<Instant> deadline;
  if (const WsaError bad = read_deadline(time_out, deadline); bad != WsaError::none) {
    return refused(bad);
  }
  SelectCall call{reading, writing, exceptional};
  if (const WsaError bad = call.check(); bad != WsaError::none) return refused(bad);
  const Count ready = wait_for_some(call, deadline);
  if (ready) call.write();
  return ready;
}

}  // namespace
}  // namespace wsalive::winsock

int select(int /*nfds*/, fd_set* readfds, fd_set* writefds, fd_set* exceptfds,
           const struct timeval* timeout) {
  using namespace wsalive::winsock;
  return guarded_count([&] { return select_call(readfds, writefds, exceptfds, timeout); });
}

// FD_ISSET. A macro on the program's own memory, as on Windows.
int __WSAFDIsSet(SOCKET s, fd_set* set) {  // NOLINT(bugprone-reserved-identifier)
  const SOCKET* const first = set->fd_array;
  return std::find(first, first + set->fd_count, s) != first + set->fd_count ? 1 : 0;
}

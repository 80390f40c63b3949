// select: counted arrays of sockets (K-108), waited for with the kernel's poll.
//
// A set's length is the program's own FD_SETSIZE, which nobody tells us, so sets are read and written
// through their counts alone. A call that fails leaves them as they were.

#include "winsock2.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "os/clock.hpp"
#include "os/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/hooks.hpp"
#include "winsock/program_array.hpp"
#include "winsock/readiness.hpp"
#include "winsock/runtime.hpp"
#include "winsock/small_vector.hpp"
#include "winsock/transfer.hpp"

namespace wsalive::winsock {
namespace {

constexpr std::size_t kUsual = 192;            // Three sets of Windows' usual size.
constexpr std::size_t kMostReserved = 65'536;  // A count may be nonsense.

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

/// One socket in one set.
struct Member {
  SOCKET handle;
  const SetRole* role;
  bool ready;
};

class Selection {
 public:
  Selection(fd_set* reading, fd_set* writing, fd_set* exceptional)
      : sets_{reading, writing, exceptional} {}

  [[nodiscard]] WsaError read();
  [[nodiscard]] Count wait(std::optional<Instant> deadline);
  [[nodiscard]] WsaError write() const;

 private:
  [[nodiscard]] bool watch_all();
  [[nodiscard]] std::size_t judge_all();

  std::array<fd_set*, 3> sets_;
  SmallVector<Member, kUsual> members_;
  SmallVector<os::Watched, kUsual> watched_;
  bool some_known_ = false;  ///< A socket may be ready by what we know.
};

SOCKET* array_of(fd_set* set) {
  return reinterpret_cast<SOCKET*>(reinterpret_cast<char*>(set) + offsetof(fd_set, fd_array));
}

WsaError Selection::read() {
  for (std::size_t which = 0; which < sets_.size(); ++which) {
    if (!sets_[which]) continue;
    u_int count = 0;
    if (!os::load_program(&sets_[which]->fd_count, count) || !can_store(&sets_[which]->fd_count)) {
      return WsaError::fault;
    }
    members_.reserve(members_.size() + std::min<std::size_t>(count, kMostReserved));
    const bool good = for_each_of_program(array_of(sets_[which]), count, [&](const SOCKET& handle) {
      members_.push_back({handle, &kRoles[which], false});
    });
    if (!good) return WsaError::fault;
  }
  watched_.reserve(members_.size());  // Nothing may run out of memory once the call has begun.
  return members_.size() != 0 ? WsaError::none : WsaError::invalid_argument;
}

/// Looks all sockets up. \return whether they are all open.
bool Selection::watch_all() {
  watched_.clear();
  watched_.reserve(members_.size());
  some_known_ = any_deferred();
  return std::all_of(members_.begin(), members_.end(), [this](const Member& member) {
    const Socket* const socket = Socket::find(member.handle);
    if (socket) watched_.push_back(watch(*socket, member.role->wanted));
    some_known_ = some_known_ || (socket && may_be_known_ready(watched_[watched_.size() - 1]));
    return socket != nullptr;
  });
}

std::size_t Selection::judge_all() {
  std::size_t ready = 0;
  for (std::size_t at = 0; at < members_.size(); ++at) {
    Member& member = members_[at];
    const os::Readiness found = watched_[at].ready();
    member.ready = false;
    if (found == 0 && !some_known_) continue;
    Socket* const socket = Socket::find(member.handle);
    member.ready = socket && (judge(*socket, found) & member.role->answers) != 0;
    ready += member.ready ? 1 : 0;
  }
  return ready;
}

Count Selection::wait(std::optional<Instant> deadline) {
  EnteredMany entered;
  if (!entered.look([this] { return watch_all(); })) return refused(WsaError::not_a_socket);
  if (const std::size_t ready = some_known_ ? judge_all() : 0; ready != 0) return ready;
  for (;;) {
    const int found = wait_with_hook(watched_.data(), watched_.size(), deadline);
    if (found == -ECANCELED) return refused(WsaError::interrupted);
    if (found == -ENOMEM || found == -EINVAL) return refused(WsaError::no_buffers);
    if (found > 0) {
      if (const std::size_t ready = judge_all(); ready != 0) return ready;
    }
    if (found == 0) return std::size_t{0};
    // A signal, a socket's close (K-109), or an event that is none of the program's.
    if (!entered.look([this] { return watch_all(); })) return refused(WsaError::interrupted);
  }
}

WsaError Selection::write() const {
  for (std::size_t which = 0; which < sets_.size(); ++which) {
    if (!sets_[which]) continue;
    ProgramWriter<SOCKET> out{array_of(sets_[which])};
    for (const Member& member : members_) {
      if (member.role == &kRoles[which] && member.ready) out.put(member.handle);
    }
    if (!os::store_program(&sets_[which]->fd_count, out.count())) return WsaError::fault;
  }
  return WsaError::none;
}

/// nullopt in `deadline`: for ever.
WsaError deadline_of(const timeval* time_out, std::optional<Instant>& deadline) {
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
  if (const WsaError bad = deadline_of(time_out, deadline); bad != WsaError::none) {
    return refused(bad);
  }
  Selection selection{reading, writing, exceptional};
  if (const WsaError bad = selection.read(); bad != WsaError::none) return refused(bad);
  const Count ready = selection.wait(deadline);
  if (!ready) return ready;
  const WsaError bad = selection.write();
  return bad == WsaError::none ? ready : refused(bad);
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

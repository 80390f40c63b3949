// The sockets of one select or WSAPoll: what the kernel is asked about each, and what it answers.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>

#include "os/clock.hpp"
#include "os/socket/poll.hpp"
#include "winsock/connection/deferred.hpp"
#include "winsock/entered.hpp"
#include "winsock/hooks.hpp"
#include "winsock/readiness/readiness.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {

/// A place for each socket, in the order of the call. The usual number needs no allocation.
class WatchList {
 public:
  WatchList() noexcept {}  // NOLINT(modernize-use-equals-default): the room is not cleared.

  /// Throws std::bad_alloc. Nothing may run out of memory once the call has begun.
  void make_room(std::size_t count) {
    if (count > few_.size()) many_ = {Room{}.allocate(count), Free{count}};
    first_ = count > few_.size() ? many_.get() : few_.data();
    size_ = count;
  }

  /// All places, one after the other: `list.fill([&](auto put) { put(watched); ... })`.
  template <typename Body>
  void fill(Body body) noexcept {
    bool some_known = any_deferred();
    os::Watched* next = first_;
    body([&](os::Watched watched) {
      some_known |= may_be_known_ready(watched);
      *next++ = watched;
    });
    some_known_ = some_known;
  }
  /// Whether a socket may be ready by what we know, without the kernel's having found anything.
  [[nodiscard]] bool some_known() const noexcept { return some_known_; }

  [[nodiscard]] os::Watched* first() noexcept { return first_; }
  [[nodiscard]] os::Watched& operator[](std::size_t at) noexcept { return first_[at]; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::size_t kUsual = 192;  // Three sets of Windows' usual size.
  static_assert(std::is_trivially_destructible_v<os::Watched>);
  using Room = std::allocator<os::Watched>;
  struct Free {
    std::size_t count;
    void operator()(os::Watched* room) const noexcept { Room{}.deallocate(room, count); }
  };

  union {
    std::array<os::Watched, kUsual> few_;
  };
  std::unique_ptr<os::Watched, Free> many_{nullptr, Free{0}};
  os::Watched* first_ = nullptr;
  std::size_t size_ = 0;
  bool some_known_ = false;
};

/// Waits until a socket is ready. `Call` has
///   WatchList& list();
///   WsaError watch_all(bool again);  looks all sockets up, and fills the list;
///   std::size_t judge_all();         what the kernel's answers mean: how many are ready.
///
/// \return how many are ready, 0 at the deadline; or watch_all's first refusal, WSAEINTR after
///         WSACancelBlockingCall or the close of a socket (K-109), WSAENOBUFS.
template <typename Call>
[[nodiscard]] Count wait_for_some(Call& call, std::optional<Instant> deadline) {
  EnteredMany entered;
  WsaError bad = WsaError::none;
  const auto watch_all = [&](bool again) {
    return entered.look([&] { return (bad = call.watch_all(again)) == WsaError::none; });
  };
  if (!watch_all(false)) return refused(bad);
  WatchList& list = call.list();
  // What is known is not waited for: the kernel is asked about the others, and that is all.
  const bool known = list.some_known() && call.judge_all() != 0;
  if (known) deadline = Instant{};
  for (;;) {
    const int found = wait_with_hook(list.first(), list.size(), deadline);
    if (found == -ECANCELED) return refused(WsaError::interrupted);
    if (found == -ENOMEM || found == -EINVAL) return refused(WsaError::no_buffers);
    if (found > 0 || known) {
      if (const std::size_t ready = call.judge_all(); ready != 0) return ready;
    }
    if (found == 0) return std::size_t{0};
    // A signal, a socket's close, or an event that is none of the program's.
    if (!watch_all(true)) return refused(WsaError::interrupted);
  }
}

}  // namespace wsalive::winsock

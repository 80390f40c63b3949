// The sockets of one select or WSAPoll: the question to the kernel about each, and its answer.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>

#include "os/clock.hpp"
#include "os/memory/program_memory.hpp"
#include "os/socket/epoll_set.hpp"
#include "os/socket/poll.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/entered.hpp"
#include "winsock/hooks.hpp"
#include "winsock/readiness/readiness.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {

/// Whether all items of an array in a program's memory can be read and written: checked once (K-26), then used in place.
template <typename T>
[[nodiscard]] bool is_good_array(T* array, std::size_t count) noexcept {
  if (count > PTRDIFF_MAX / sizeof(T)) return false;
  const std::size_t size = count * sizeof(T);
  return os::is_on_stack(array, size) || os::is_writable(array, size);
}

/// A place for each socket, in the order of the call. The usual number needs no allocation.
class WatchList {
 public:
  WatchList() noexcept {}  // NOLINT(modernize-use-equals-default): the room is not cleared.

  /// Throws std::bad_alloc. Nothing may run out of memory once the call has begun.
  void make_room(std::size_t count) {
    const std::size_t places =
        count +
        2;  // For the set of left-out sockets, and for the descriptor that wakes the thread.
    if (places > few_.size()) many_ = {Room{}.allocate(places), Free{places}};
    first_ = places > few_.size() ? many_.get() : few_.data();
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
  /// Whether a socket may be ready by what the library knows, although the kernel finds nothing.
  [[nodiscard]] bool some_known() const noexcept { return some_known_; }

  [[nodiscard]] os::Watched* first() noexcept { return first_; }
  [[nodiscard]] os::Watched& operator[](std::size_t at) noexcept { return first_[at]; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Asks the kernel without waiting. \return how many sockets are ready for something.
  [[nodiscard]] int look() noexcept {
    return os::wait_for(first_, size_, std::chrono::nanoseconds{0});
  }

  /// Leaves the ready sockets out, and puts `edges` behind the list, which reports when more happens to them.
  /// \return false if it cannot: then the caller must check again soon.
  [[nodiscard]] bool leave_out_ready(os::EdgeSet& edges) noexcept {
    bool told = true;
    for (os::Watched& each : std::span{first_, size_}) {
      if (each.ready() == 0) continue;
      told = edges.add(each.fd()) && told;
      each = os::Watched{};
    }
    first_[size_] = edges.watched();
    return told;
  }

 private:
  static constexpr std::size_t kUsual = 194;  // Three sets of Windows' usual size, and two places.
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

/// One select or WSAPoll that waits. `Call` has
///   WatchList& list();
///   WsaError watch_all(bool again);  looks all sockets up, and fills the list;
///   std::size_t judge_all();         what the kernel's answers mean: how many are ready.
///
/// A socket may be ready for something that the call does not ask for: a broken connection among the exceptional ones, an
/// error on a datagram socket where WSAPoll asks for no event. The kernel reports that at once and always. Such a socket is
/// left out of the wait, and an EdgeSet reports its changes, so that the wait ends in time without using the processor.
template <typename Call>
class SocketWait {
 public:
  SocketWait(Call& call, std::optional<Instant> deadline) noexcept
      : call_(call), list_(call.list()), deadline_(deadline) {}

  /// \return how many are ready, 0 at the deadline; or watch_all's first refusal, WSAEINTR after
  ///         WSACancelBlockingCall or the close of a socket (K-109), WSAENOBUFS.
  [[nodiscard]] Count run();

 private:
  [[nodiscard]] bool watch_all(bool again) {
    places_ = list_.size();
    slice_.reset();
    return entered_.look([&] { return (bad_ = call_.watch_all(again)) == WsaError::none; });
  }
  [[nodiscard]] int wait() noexcept;
  [[nodiscard]] std::size_t leave_out_unasked();

  Call& call_;
  WatchList& list_;
  std::optional<Instant> deadline_;
  std::optional<std::chrono::nanoseconds> slice_;  // One wait, if there is no EdgeSet.
  std::size_t places_ = 0;
  os::EdgeSet edges_;
  EnteredMany entered_;
  WsaError bad_ = WsaError::none;
};

template <typename Call>
Count SocketWait<Call>::run() {
  if (!watch_all(false)) return refused(bad_);
  // If a socket is known to be ready, the kernel is asked about the others once, without waiting.
  const bool known = list_.some_known() && call_.judge_all() != 0;
  if (known) deadline_ = Instant{};
  for (;;) {
    const int found = wait();
    if (found == -ECANCELED) return refused(WsaError::interrupted);
    if (found == -ENOMEM || found == -EINVAL) return refused(WsaError::no_buffers);
    if (found > 0 || known) {
      if (const std::size_t ready = call_.judge_all(); ready != 0) return ready;
    }
    if (found == 0) return std::size_t{0};
    // A signal, a socket's close, or an event for which the program did not ask.
    if (!watch_all(true)) return refused(WsaError::interrupted);
    if (found < 0) continue;
    if (const std::size_t ready = leave_out_unasked(); ready != 0) return ready;
  }
}

template <typename Call>
int SocketWait<Call>::wait() noexcept {
  if (!slice_) return wait_with_hook(list_.first(), places_, deadline_);
  const Instant end = os::monotonic_clock().now() + *slice_;
  if (deadline_ && *deadline_ <= end) return wait_with_hook(list_.first(), places_, deadline_);
  const int found = wait_with_hook(list_.first(), places_, end);
  return found == 0 ? -EINTR : found;
}

/// \return how many sockets have become ready for what the call asks.
template <typename Call>
std::size_t SocketWait<Call>::leave_out_unasked() {
  constexpr std::chrono::milliseconds kSlice{10};
  edges_.drain();  // Before looking: edges report what comes later.
  if (list_.look() > 0) {
    if (const std::size_t ready = call_.judge_all(); ready != 0) return ready;
  }
  if (list_.look() <= 0) return 0;
  if (!list_.leave_out_ready(edges_)) slice_ = kSlice;
  places_ = list_.size() + 1;
  return 0;
}

template <typename Call>
[[nodiscard]] Count wait_for_some(Call& call, std::optional<Instant> deadline) {
  return SocketWait<Call>{call, deadline}.run();
}

}  // namespace wsalive::winsock

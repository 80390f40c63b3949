// The overlapped side of one socket: the operations that wait, in order, receives apart from sends; the
// completion port that gets their packets; and what is known of the kernel's readiness.
//
// An operation is tried at once if none waits before it, and after that at each edge until the kernel has no
// more for it. After a receive that got less than it wanted the kernel has nothing left: the next receive waits
// for an edge. The exception is a peer that has ended or failed, which the kernel reports as an edge only once.
//
// A socket gets its channel at its first overlapped call. The channel stays with the table's entry, so a pointer to
// it is always good, and a generation tells one life of the entry from the next. Lock order: channel, then
// port, dispatcher or thread; no channel is locked under another one's lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/intrusive_list.hpp"
#include "os/socket/poll.hpp"
#include "winsock/overlapped/operation.hpp"
#include "winsock/overlapped/watch_set.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// FILE_SKIP_* of SetFileCompletionNotificationModes.
enum NotificationMode : std::uint8_t { kSkipPortOnSuccess = 1, kSkipEvent = 2 };

class Channel final : public EdgeTaker {
 public:
  explicit Channel(Socket& socket) noexcept : socket_(socket) {}

  /// The socket's, made if need be. Throws std::bad_alloc.
  [[nodiscard]] static Channel& of(Socket& socket);

  /// From now on the port gets the packets of the socket's operations, those that wait already included.
  /// Errors: WSAEINVAL if it has one already, WSAENOBUFS. Throws std::bad_alloc.
  [[nodiscard]] WsaError associate(kernel::Ref<kernel::CompletionPort> port, std::uintptr_t key);
  /// NotificationMode bits; once set they stay.
  void add_modes(std::uint8_t modes) noexcept;

  /// Starts an operation whose `attempt`, `direction` and data are filled in; checks the notice. The channel owns the operation
  /// from then on.
  ///
  /// \return none: it has succeeded, with `outcome`, and its end is reported as well; io_pending: its end will be reported;
  /// any other code: nothing has happened, and nothing will be reported.
  [[nodiscard]] WsaError start(Operation& operation, const Notice& notice, Outcome& outcome);

  /// For a call that does its work itself in one go: claims what is needed to report its end before anything is done, and
  /// reports it afterwards. If the call fails in between, it gives the operation back. Throws std::bad_alloc.
  [[nodiscard]] WsaError claim(Operation& operation, const Notice& notice);
  void end_claimed(Operation& operation, std::uint32_t bytes) noexcept;

  /// Stops watching the socket and calls `act`, which gives its descriptor another kernel socket, while no other thread can
  /// close it. \return false if the handle no longer leads to this socket.
  template <typename Act>
  [[nodiscard]] bool while_open(Handle handle, Act act);

  /// Queues an operation that was started on another socket. \return false if this socket has been closed.
  [[nodiscard]] bool take_over(Operation& operation, Handle handle) noexcept;

  /// An edge of this generation: continues the waiting operations.
  void edge(std::uint16_t generation, os::Readiness found) noexcept override;

  /// Ends, with kCancelled, the waiting operations that `choose` picks. \return how many.
  template <typename Choose>
  std::size_t cancel(Choose choose) noexcept;

  /// The socket is closing: ends the waiting operations and forgets the port.
  void close() noexcept;

  /// Whether operations wait. For tests and select.
  [[nodiscard]] bool has_waiting() noexcept;

  /// Set once an AcceptEx of this listener has waited for data on its connection.
  std::atomic<bool> has_moved{false};

  // For the child of a fork, for all channels.
  static void begin_anew_in_child() noexcept;

 private:
  using Queue = IntrusiveList<Operation>;

  [[nodiscard]] Queue& queue_of(const Operation& operation) noexcept {
    return operation.direction == os::Direction::send ? sends_ : receives_;
  }
  // All of these under the lock.
  [[nodiscard]] WsaError resolve(Operation& operation, const Notice& notice);
  [[nodiscard]] bool move_to(WatchSet& joined) noexcept;
  void promise_packets(Handle starter, const kernel::Ref<kernel::CompletionPort>& port,
                       std::uintptr_t key) noexcept;
  static void commit(Operation& operation) noexcept;
  [[nodiscard]] bool worth_trying(const Operation& operation) const noexcept;
  [[nodiscard]] Progress attempt(Operation& operation, Outcome& outcome) noexcept;
  [[nodiscard]] WsaError end_at_once(Operation& operation, Outcome& outcome) const noexcept;
  [[nodiscard]] bool wait(Operation& operation) noexcept;
  [[nodiscard]] bool watch_for(const Operation& operation) noexcept;
  void advance(Queue& queue, Queue& moving) noexcept;
  void take_out(Operation& operation) noexcept;
  void end(Operation& operation, const Outcome& outcome) noexcept;
  static void move_all(Queue& moving) noexcept;
  void forget_registration() noexcept;
  template <typename Choose>
  std::size_t cancel_in(Queue& queue, Choose choose) noexcept;
  [[nodiscard]] WatchSet& set() noexcept;

  Socket& socket_;
  Channel* next_channel_ = nullptr;
  std::mutex mutex_;  // Guards what follows.
  Queue receives_;
  Queue sends_;
  kernel::Ref<kernel::CompletionPort> port_;
  std::shared_ptr<WatchSet> port_set_;
  std::uintptr_t key_ = 0;
  std::uint16_t generation_ = 0;
  std::uint8_t modes_ = 0;
  os::Readiness watched_ = 0;  ///< 0: not watched.
  bool may_receive_ = true;    ///< The kernel may have something.
  bool peer_ended_ = false;
};

/// Reports an operation's end to the program, and gives the operation back.
void tell(Operation& operation, const Outcome& outcome) noexcept;
/// Writes the end into the program's OVERLAPPED alone.
void write_end(OVERLAPPED& overlapped, const Outcome& outcome) noexcept;

// ---------------------------------------------------------------------------------------------

template <typename Choose>
std::size_t Channel::cancel_in(Queue& queue, Choose choose) noexcept {
  std::size_t count = 0;
  Operation* next = nullptr;
  for (Operation* each = queue.front(); each; each = next) {
    next = queue.after(*each);
    if (!choose(*each)) continue;
    if (each->on_cancel) each->on_cancel(*each, socket_);
    end(*each, {kCancelled, 0});
    ++count;
  }
  return count;
}

template <typename Act>
bool Channel::while_open(Handle handle, Act act) {
  const std::lock_guard lock{mutex_};
  if (socket_.life() != Life::open || static_cast<Handle>(socket_.fd()) != handle) return false;
  forget_registration();
  act();
  return true;
}

template <typename Choose>
std::size_t Channel::cancel(Choose choose) noexcept {
  const std::lock_guard lock{mutex_};
  return cancel_in(receives_, choose) + cancel_in(sends_, choose);
}

}  // namespace wsalive::winsock

// Completion ports: a queue of packets and the threads that take them.
//
// Packets leave in the order they came; of the waiting threads the one that began to wait last is
// served first, so that few threads stay warm. The concurrency value bounds how many of the port's
// threads run at once: a thread counts from when it gets a packet until it asks for the next, blocks
// in one of our calls (BlockedScope), ends, or asks another port. A thread may also block where we cannot
// see it (a libc mutex, a file). So while packets wait behind the limit, one waiting thread checks every kLook which of the
// running threads are asleep. A thread that wakes up again may take the count above the limit, as
// on Windows.
//
// To build overlapped I/O on this:
//  - An operation embeds a Packet, fills it in at its end and calls post() from any thread; that takes
//    the port's lock, allocates nothing and cannot fail. `release` is called exactly once and without locks, by the
//    thread that took the packet or when the port ends; from then on the operation may be freed or reused.
//  - A socket keeps a Ref<CompletionPort>; after the last handle to the port is closed post() still
//    works and releases the packet at once.
//  - Events: Event::set(); a Ref<Event> from handles().find<Event>(h).share() when the operation
//    starts, with `(uintptr_t)hEvent & 1` noted beforehand: such an operation posts no packet.
//  - A PortPoller watches the port's sockets; the port gets it with the first of them. A thread that
//    finds no packet polls instead of sleeping, unless the limit is reached or it waits alertably. It takes the
//    packets that its own poll posts before other threads do. A packet from elsewhere wakes a sleeping
//    thread, or if none sleeps, kicks a polling one.
//  - Completion routines: an Apc in the operation and a Ref<Thread> of the thread that started it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include "base/clock.hpp"
#include "kernel/thread.hpp"
#include "kernel/wait.hpp"

namespace wsalive::kernel {

// The source of readiness that completes a port's operations. The port's own waiting threads poll it, so
// that one thread makes, queues and takes a packet.

class PortPoller {
 public:
  PortPoller() = default;
  PortPoller(const PortPoller&) = delete;
  PortPoller& operator=(const PortPoller&) = delete;
  virtual ~PortPoller() = default;

  /// Waits for readiness until the deadline (Instant::min(): looks once) and continues the operations that are ready,
  /// which posts packets. May return early with nothing done. Any number of threads at once; no locks held.
  virtual void poll(Instant deadline) noexcept = 0;

  /// Ends one running poll, or else the next one. Any thread.
  virtual void kick() noexcept = 0;

  /// Called when the port is gone and no thread polls any more.
  virtual void end() noexcept = 0;
};

/// What GetQueuedCompletionStatus hands out.
struct PortEntry {
  std::uintptr_t key = 0;
  void* overlapped = nullptr;
  std::uint32_t bytes = 0;
  std::uint32_t status = 0;  ///< The operation's NTSTATUS; 0 is success.
};

/// A queued entry. The object that embeds it owns its memory until `release` is called.
struct Packet {
  PortEntry entry;
  void (*release)(Packet&) noexcept = nullptr;
  Packet* next = nullptr;
};

/// A packet that owns itself: for entries that programs post, and for the ends of operations on files.
struct PostedPacket : Packet {
  explicit PostedPacket(const PortEntry& what) noexcept {
    entry = what;
    release = [](Packet& posted) noexcept { delete static_cast<PostedPacket*>(&posted); };
  }
};

enum class PortEnd : std::uint8_t {
  entries,    ///< `count` entries were written.
  timed_out,  ///< WAIT_TIMEOUT
  closed,     ///< ERROR_ABANDONED_WAIT_0: the port's last handle was closed.
  apcs_ran,   ///< WAIT_IO_COMPLETION, alertable only
};

struct PortResult {
  PortEnd end = PortEnd::timed_out;
  std::size_t count = 0;
};

class CompletionPort final : public Object {
 public:
  static constexpr Kind kKind = Kind::completion_port;
  static constexpr std::chrono::milliseconds kLook{5};

  /// \param concurrency  Threads that may run at once; 0 stands for the number of processors.
  explicit CompletionPort(std::uint32_t concurrency) noexcept;

  /// Queues a packet. Any thread; see above.
  void post(Packet& packet) noexcept;

  /// Takes up to out.size() packets, one at least, waiting for the first.
  ///
  /// \param out  Not empty. Untouched unless entries are returned.
  /// Throws std::bad_alloc if it is the thread's first call into the kernel and memory is short.
  PortResult take(std::span<PortEntry> out, Deadline deadline, Alertable alertable = Alertable::no);

  /// Sets the poller, unless the port has one; \return the poller that the port has now.
  std::shared_ptr<PortPoller> set_poller(std::shared_ptr<PortPoller> poller) noexcept;
  [[nodiscard]] std::shared_ptr<PortPoller> poller() noexcept;

  // For the calling thread only.
  /// \return whether it counted as running here; it does not any more.
  bool block(Thread& thread) noexcept;
  void unblock(Thread& thread) noexcept;
  void leave(Thread& thread) noexcept;

  /// Packets queued now. For tests.
  [[nodiscard]] std::size_t queued() noexcept;

 protected:
  void last_handle_closed() noexcept override;

 private:
  enum class State : std::uint8_t { waiting, granted, recalled, closed };

  /// A thread inside take(), on its stack.
  struct Waiter : Link {
    Thread* thread = nullptr;
    Packet* packet = nullptr;  ///< Written before `granted`.
    bool may_poll = false;
    std::atomic<bool> watching{false};
    std::atomic<State> state{State::waiting};
  };

  class PacketQueue {
   public:
    [[nodiscard]] bool empty() const noexcept { return !first_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    void push(Packet& packet) noexcept;
    [[nodiscard]] Packet& pop() noexcept;

   private:
    Packet* first_ = nullptr;
    Packet* last_ = nullptr;
    std::size_t size_ = 0;
  };

  ~CompletionPort() override;
  void join(Thread& thread) noexcept;
  bool begin(Waiter& waiter, Deadline deadline, Alertable alertable, PortResult& result) noexcept;
  PortResult take_polling(Waiter& waiter, std::span<PortEntry> out, Deadline deadline) noexcept;
  enum class Step : std::uint8_t { taken, ended, poll, sleep };
  Step look(Waiter& waiter, PortPoller& poller, Deadline deadline, bool polled,
            PortResult& result) noexcept;
  PortResult sleep_until_granted(Waiter& waiter, Deadline deadline, Alertable alertable) noexcept;
  PortResult collect(Waiter& waiter, std::span<PortEntry> out) noexcept;
  bool withdraw(Waiter& waiter) noexcept;
  void watch(Waiter& waiter) noexcept;

  // Under the lock.
  [[nodiscard]] bool may_run_one_more() const noexcept { return running_count_ < concurrency_; }
  void count(Thread& thread) noexcept;
  bool uncount(Thread& thread) noexcept;
  void settle(WakeList& wake) noexcept;
  void grant(Waiter& waiter, WakeList& wake) noexcept;

  const std::uint32_t concurrency_;
  std::mutex mutex_;  // Guards what follows.
  PacketQueue queue_;
  IntrusiveList<Waiter> waiters_;  // The latest first.
  IntrusiveList<Thread> running_;
  std::uint32_t running_count_ = 0;
  Waiter* watcher_ = nullptr;
  std::uint32_t polling_ = 0;
  bool closed_ = false;
  std::shared_ptr<PortPoller> poller_;  // Set once.
  std::atomic<PortPoller*> usable_poller_{nullptr};
};

// Stops counting the calling thread as running at its completion port, for the object's life, so that the
// port may let another thread run, as Windows does: the concurrency value counts running threads.
//
// Put one around every call that may block for long. In a thread without a port it costs one load.

class BlockedScope {
 public:
  BlockedScope() noexcept {
    Thread* const thread = attached_thread();
    if (thread && thread->port() && thread->port()->block(*thread)) thread_ = thread;
  }
  ~BlockedScope() {
    if (thread_) thread_->port()->unblock(*thread_);
  }
  BlockedScope(const BlockedScope&) = delete;
  BlockedScope& operator=(const BlockedScope&) = delete;

 private:
  Thread* thread_ = nullptr;
};

}  // namespace wsalive::kernel

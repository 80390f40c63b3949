// How a call on a socket begins: it finds the entry, and records for closesocket that this thread is in a
// call on it (K-109).
//
// Each thread has a record, made by its first call. Entering is one plain store before the look-up. The
// closing thread marks the entry, issues a barrier on all threads and reads the records: either it sees
// the store, or the other thread's look-up sees the mark. So a number is never closed and reused
// while a thread is in a call on it, and the data path pays two stores.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/process/threads.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// What one thread is doing.
struct CallRecord {
  static constexpr int kIdle = -1;
  static constexpr int kMany = -2;  ///< select, WSAPoll: any number of sockets.

  std::atomic<int> fd{kIdle};
  std::atomic<std::uint64_t> seen_closings{
      0};          ///< While kMany: the closings that its last look-up has seen.
  int thread = 0;  ///< 0: not registered yet.
  CallRecord* next = nullptr;
  CallRecord* previous = nullptr;
};

namespace detail {
[[gnu::tls_model("initial-exec")]] extern constinit thread_local CallRecord own_record;
void register_thread() noexcept;
}  // namespace detail

/// The calling thread's record.
[[nodiscard]] inline CallRecord& own_record() noexcept {
  if (detail::own_record.thread == 0) [[unlikely]]
    detail::register_thread();
  return detail::own_record;
}

/// In a call on one socket, for the object's life.
class Entered {
 public:
  explicit Entered(Handle handle) noexcept : record_(own_record()) {
    outer_ = record_.fd.load(std::memory_order_relaxed);
    record_.fd.store(static_cast<int>(handle), std::memory_order_relaxed);
    os::light_barrier();
    socket_ = Socket::find(handle);
  }
  ~Entered() { record_.fd.store(outer_, std::memory_order_release); }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

  /// nullptr if the handle is no socket of the library (K-23).
  [[nodiscard]] Socket* socket() const noexcept { return socket_; }

 private:
  CallRecord& record_;
  int outer_;  ///< The record's value before: a signal handler may call within another call.
  Socket* socket_;
};

/// In a call on many sockets. Each look-up of the sockets happens in `look`.
class EnteredMany {
 public:
  EnteredMany() noexcept;
  ~EnteredMany();
  EnteredMany(const EnteredMany&) = delete;
  EnteredMany& operator=(const EnteredMany&) = delete;

  /// Calls `validate`, which looks all sockets up and says whether they are all still open, and records for
  /// closing threads that it has been done.
  template <typename Validate>
  [[nodiscard]] bool look(Validate validate) noexcept;

 private:
  [[nodiscard]] static std::uint64_t closings() noexcept;

  CallRecord& record_;
  int outer_;
};

/// Whether more than one thread of the process has made a call.
[[nodiscard]] bool is_process_threaded() noexcept;

/// Interrupts the calls of other threads on a socket that has begun to close, and returns once no thread is in
/// one. In a process with one thread it costs a lock.
void end_calls_on(const Socket& socket) noexcept;

// ---------------------------------------------------------------------------------------------

template <typename Validate>
bool EnteredMany::look(Validate validate) noexcept {
  const std::uint64_t before = closings();
  const bool all_open = validate();
  record_.seen_closings.store(before, std::memory_order_release);
  return all_open;
}

}  // namespace wsalive::winsock

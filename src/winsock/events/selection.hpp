// What one socket has selected by WSAEventSelect, and what has been recorded for it.
//
// An event is recorded once and then not again until a call re-enables it: FD_READ and FD_OOB by receiving,
// FD_ACCEPT by accepting, FD_WRITE by a send that found no room, FD_CONNECT by another request. The enabling
// call then checks the kernel at once, so that recording is level-triggered where Windows' is. In between
// a thread of the library, the watcher, gets the kernel's edges of all selected sockets and checks then.
//
// A socket's first WSAEventSelect makes its selection, which stays with the table's entry, as channels do. Lock
// order: channel, selection, dispatcher.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "base/wsa_error.hpp"
#include "kernel/sync_objects.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/overlapped/watch_set.hpp"
#include "winsock/service_thread.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// FD_MAX_EVENTS.
inline constexpr std::size_t kMostNetworkEvents = 10;

/// Network events, each with a code: the answer of WSAEnumNetworkEvents.
struct NetworkRecord {
  NetworkEvents events = 0;
  std::array<WsaError, kMostNetworkEvents> codes{};
};

class Selection final : public EdgeTaker {
 public:
  explicit Selection(Socket& socket) noexcept : socket_(socket) {}

  /// The socket's, made if need be. Throws std::bad_alloc.
  [[nodiscard]] static Selection& of(Socket& socket);

  /// Replaces what was selected before, and records at once what has happened already. No events:
  /// nothing is selected. \return WSAENOBUFS, with nothing changed, if the host denies the watching.
  [[nodiscard]] WsaError choose(kernel::Ref<kernel::Event> event, NetworkEvents events) noexcept;

  /// Takes what was recorded since the last time and resets `event`, if given, in one step.
  [[nodiscard]] NetworkRecord take_record(kernel::Event* event) noexcept;

  /// The selected event, for a socket that inherits the selection.
  [[nodiscard]] kernel::Ref<kernel::Event> event() const noexcept;

  void enable(NetworkEvents events) noexcept;
  void observe() noexcept;
  void begin_request() noexcept;
  /// The connection has gone, and with it what was recorded.
  void begin_anew() noexcept;
  void watch_anew() noexcept;
  void close() noexcept;

  void edge(std::uint16_t generation, os::Readiness found) noexcept override;

 private:
  // All of these under the lock.
  void look() noexcept;
  [[nodiscard]] bool watch(NetworkEvents events) noexcept;
  void forget_watch() noexcept;
  static void begin_anew_in_child() noexcept;

  Socket& socket_;
  Selection* next_ = nullptr;  // Of all there are.
  mutable std::mutex mutex_;   // Guards what follows.
  kernel::Ref<kernel::Event> event_;
  NetworkRecord record_;
  NetworkEvents selected_ = 0;
  NetworkEvents disabled_ = 0;  ///< Recorded, and not enabled again since.
  bool connect_told_ = false;   ///< The end of the last request has been reported.
  os::Readiness watched_ = 0;
  std::uint16_t generation_ = 0;
};

// The watcher: one thread that gets the kernel's edges of all sockets with a selection. It starts with the first
// WSAEventSelect and never ends.

class Watcher {
 public:
  /// \return false where the host gives no thread or no descriptor for it.
  [[nodiscard]] bool ensure() noexcept { return set_.good() && thread_.ensure(body, this); }

  [[nodiscard]] os::EpollSet& sockets() noexcept { return set_.sockets(); }

  void begin_anew_in_child() noexcept;

 private:
  static void* body(void* watcher) noexcept;

  WatchSet set_;
  ServiceThread thread_;
};

/// The process's one.
[[nodiscard]] Watcher& watcher() noexcept;

// What has happened on a socket in the sense of WSAEventSelect, asked of the kernel now.

/// The events whose condition holds, FD_CLOSE and FD_CONNECT with their codes (K-93). Settles a request that has
/// ended, unless the call that made it still waits for it. Consumes nothing.
[[nodiscard]] NetworkRecord happened_on(Socket& socket) noexcept;

}  // namespace wsalive::winsock

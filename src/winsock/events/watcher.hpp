// The watcher: one thread that gets the kernel's edges of all sockets with a selection. It starts with the first
// WSAEventSelect and stays.
#pragma once

#include "winsock/overlapped/watch_set.hpp"
#include "winsock/service_thread.hpp"

namespace wsalive::winsock {

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

}  // namespace wsalive::winsock

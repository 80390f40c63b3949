// Threads to be woken once a lock is released: declared before the lock is taken, it wakes when it
// goes. It keeps the threads, which may be on their way to their end.
#pragma once

#include <array>
#include <cstddef>

#include "kernel/object.hpp"

namespace wsalive::kernel {

class PortPoller;
class Thread;

class WakeList {
 public:
  WakeList() noexcept;
  WakeList(const WakeList&) = delete;
  WakeList& operator=(const WakeList&) = delete;
  ~WakeList();

  void add(Thread& thread) noexcept;
  /// To be kicked rather than woken; the port keeps it.
  void add(PortPoller& poller) noexcept { poller_ = &poller; }

 private:
  void wake_all() noexcept;

  std::array<Ref<Thread>, 8> threads_;
  std::size_t count_ = 0;
  PortPoller* poller_ = nullptr;
};

}  // namespace wsalive::kernel

// A wait in progress, as the dispatcher sees it. It lives on the waiting thread's stack; whoever
// satisfies it does so under the dispatcher's lock and does not touch it afterwards.
#pragma once

#include <span>

#include "kernel/wait.hpp"

namespace wsalive::kernel {

struct Wait : Link {
  Thread* thread = nullptr;
  WaitFor mode = WaitFor::any;
  std::span<WaitBlock> blocks;
  WaitResult result;  ///< Written before `done`.
  std::atomic<bool> done{false};
  bool looks = false;  ///< An object has nobody who tells of its changes.

  /// Takes what the wait asks for if all of it is there. Under the lock.
  bool try_satisfy() noexcept;
  /// Puts the wait into its objects' queues, and takes it out. Under the lock.
  void enqueue() noexcept;
  void dequeue() noexcept;

 private:
  bool try_any() noexcept;
  bool try_all() noexcept;
};

/// Forgets all waits: in the child of a fork their threads do not exist. Under the lock.
void forget_waits() noexcept;

}  // namespace wsalive::kernel

// The thread that sleeps for a named object while this process waits for it. See named.hpp.
#pragma once

#include "kernel/dispatcher.hpp"
#include "kernel/named.hpp"

namespace wsalive::kernel {

/// Says that the shared state has changed, to every process.
void announce(SharedState& state) noexcept;

class NamedWatch {
 public:
  NamedWatch(WaitObject& object, SharedState& state) noexcept : object_(object), state_(state) {}

  // Under the dispatcher's lock.
  void waiters_came() noexcept;
  void waiters_went() noexcept { announce(state_); }
  /// False where the host had no thread for it.
  [[nodiscard]] bool is_running() const noexcept { return running_; }

 private:
  static void* run(void* watch);
  bool look(std::uint32_t& seen) noexcept;

  WaitObject& object_;
  SharedState& state_;
  bool running_ = false;
  std::uint32_t generation_ = 0;  ///< Of the process in which it runs.
};

}  // namespace wsalive::kernel

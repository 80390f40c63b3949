// A process that this one started: something to wait for until it ends, with an exit code then. A thread
// of ours sleeps for each.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "kernel/dispatcher.hpp"
#include "kernel/thread.hpp"

namespace wsalive::kernel {

class Process final : public WaitObject {
 public:
  static constexpr Kind kKind = Kind::process;

  /// \param number  A child that nobody has waited for.
  explicit Process(std::int32_t number) noexcept : WaitObject(kKind), number_(number) {}

  /// Begins to wait for its end. \return false where the host has no thread for that.
  [[nodiscard]] bool watch() noexcept;

  [[nodiscard]] std::int32_t number() const noexcept { return number_; }
  /// kStillActive until it has ended; then its status, the code of terminate(), or 128 and the number
  /// of the signal that killed it.
  [[nodiscard]] std::uint32_t exit_code() const noexcept { return exit_code_.load(); }

  /// Ends it. \return false if it has ended already.
  [[nodiscard]] bool terminate(std::uint32_t code) noexcept;

  [[nodiscard]] bool is_signaled(const Thread& /*thread*/) const noexcept override {
    return ended_;
  }
  Taken take(Thread& /*thread*/) noexcept override { return Taken::normally; }

 private:
  static void* await_end(void* process);

  const std::int32_t number_;
  std::atomic<std::uint32_t> exit_code_{kStillActive};
  bool ended_ = false;  // Under the dispatcher's lock, as is the next.
  std::optional<std::uint32_t> terminated_with_;
};

}  // namespace wsalive::kernel

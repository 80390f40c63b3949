// A process that this one started: an object to wait for until the process ends, with its exit code then. A thread
// of the library waits for each of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "kernel/dispatcher.hpp"
#include "kernel/thread.hpp"
#include "os/process/child.hpp"
#include "os/process/inherited_memory.hpp"

namespace wsalive::kernel {

class Process final : public WaitObject {
 public:
  static constexpr Kind kKind = Kind::process;

  /// \param number  A child that has not been waited for.
  /// \param note    The note in which the child writes its whole exit code, if it inherited one.
  explicit Process(std::int32_t number, std::optional<os::ExitNote> note = std::nullopt) noexcept
      : WaitObject(kKind), number_(number), note_(std::move(note)) {}

  /// Begins to wait for its end. \return false where the host has no thread for that.
  [[nodiscard]] bool watch() noexcept;

  [[nodiscard]] std::int32_t number() const noexcept { return number_; }
  /// kStillActive until it has ended; then its exit code (the low eight bits of a program without this library), the
  /// code of terminate(), or 128 and the number of the signal that killed it.
  [[nodiscard]] std::uint32_t exit_code() const noexcept { return exit_code_.load(); }

  /// Ends it. \return false if it has ended already.
  [[nodiscard]] bool terminate(std::uint32_t code) noexcept;

  [[nodiscard]] bool is_signaled(const Thread& /*thread*/) const noexcept override {
    return ended_;
  }
  Taken take(Thread& /*thread*/) noexcept override { return Taken::normally; }

 private:
  static void* await_end(void* process);

  [[nodiscard]] std::uint32_t code_of(const os::ChildEnd& end) const noexcept;

  const std::int32_t number_;
  const std::optional<os::ExitNote> note_;
  std::atomic<std::uint32_t> exit_code_{kStillActive};
  bool ended_ = false;  // Under the dispatcher's lock, as is the next.
  std::optional<std::uint32_t> terminated_with_;
};

}  // namespace wsalive::kernel

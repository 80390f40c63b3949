#include "kernel/process.hpp"

#include "os/process/threads.hpp"

namespace wsalive::kernel {
namespace {

constexpr std::uint32_t kKilled = 128;

}  // namespace

bool Process::watch() noexcept {
  add_reference();  // The thread's.
  const bool begun = os::start_thread(os::kSmallStack, &Process::await_end, this).has_value();
  if (!begun) drop_reference();
  return begun;
}

void* Process::await_end(void* process) {
  auto& self = *static_cast<Process*>(process);
  const auto end = os::await_child(self.number_);
  {
    DispatcherLock lock;
    self.exit_code_ = end ? self.code_of(*end) : 0;
    self.ended_ = true;
    self.signal_waiters(lock);
  }
  self.drop_reference();
  return nullptr;
}

std::uint32_t Process::code_of(const os::ChildEnd& end) const noexcept {
  if (end.killed) return terminated_with_.value_or(kKilled + end.code);
  const auto whole = note_ ? note_->code(number_, end.code) : std::nullopt;
  return whole.value_or(end.code);
}

bool Process::terminate(std::uint32_t code) noexcept {
  const DispatcherLock lock;
  if (ended_ || !os::kill_process(number_)) return false;
  terminated_with_ = code;
  return true;
}

}  // namespace wsalive::kernel

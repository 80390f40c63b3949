#include "os/process/wake_event.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace wsalive::os {

bool WakeEvent::make() noexcept {
  event_ = Fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  return static_cast<bool>(event_);
}

void WakeEvent::tell() const noexcept {
  // A counter that is full is readable already.
  static_cast<void>(::eventfd_write(event_.get(), 1));
}

void WakeEvent::clear() const noexcept {
  eventfd_t count = 0;
  static_cast<void>(::eventfd_read(event_.get(), &count));
}

}  // namespace wsalive::os

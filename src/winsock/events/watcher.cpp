#include "winsock/events/watcher.hpp"

#include "base/immortal.hpp"

namespace wsalive::winsock {

void* Watcher::body(void* watcher) noexcept {
  for (;;) static_cast<Watcher*>(watcher)->set_.carry_on(Instant::max());
}

void Watcher::begin_anew_in_child() noexcept {
  set_.renew();
  thread_.begin_anew_in_child();
}

Watcher& watcher() noexcept {
  return the_only<Watcher>();  // Its thread runs on while the process ends.
}

}  // namespace wsalive::winsock

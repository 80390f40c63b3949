#include "winsock/events/watcher.hpp"

namespace wsalive::winsock {

void* Watcher::body(void* watcher) noexcept {
  for (;;) static_cast<Watcher*>(watcher)->set_.carry_on(Instant::max());
}

void Watcher::begin_anew_in_child() noexcept {
  set_.renew();
  thread_.begin_anew_in_child();
}

Watcher& watcher() {
  static auto* const the_one = new Watcher;  // Its thread runs on while the process ends.
  return *the_one;
}

}  // namespace wsalive::winsock

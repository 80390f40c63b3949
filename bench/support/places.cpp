#include "support/places.hpp"

#include <sched.h>

#include <cstddef>

namespace wsalive::bench {

Places::Places() noexcept {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (!CPU_ISSET(static_cast<std::size_t>(processor), &allowed)) continue;
    if (first_ < 0) first_ = processor;
    last_ = processor;
  }
}

void Places::take(int processor) const noexcept {
  if (first_ == last_) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(processor), &one);
  (void)::sched_setaffinity(0, sizeof one, &one);
}

}  // namespace wsalive::bench

#include "engine/make_engine.hpp"

#include <pthread.h>

#include <atomic>

#include "base/immortal.hpp"
#include "engine/kernel_engine.hpp"
#include "os/clock.hpp"

namespace wsalive::engine {
namespace {

constinit std::atomic<std::uint32_t> noted{0};

}  // namespace

void note_face(Face face) noexcept {
  const auto bit = static_cast<std::uint32_t>(face);
  if ((faces() & bit) == 0) noted.fetch_or(bit, std::memory_order_relaxed);
}

std::uint32_t faces() noexcept { return noted.load(std::memory_order_relaxed); }

// The one engine of a process, and its fork handlers.
//
// It is made by the first call and never destroyed: threads of the program may still close sockets
// while static objects go. The fork handlers are installed with it. A child that came into being
// without them (a raw clone, vfork) has no engine thread; it is expected to exec.

namespace {

struct Process {
  ForkFamily family;
  KernelEngine engine{{os_host(), os_ticks()}, os::monotonic_clock(), family};
};

Process& process() {
  static Process& made = []() -> Process& {
    auto* const created =
        &the_only<Process>();  // A process without memory closes sockets all the same.
    ::pthread_atfork([] { process().engine.before_fork(process().family); },
                     [] { process().engine.in_parent(); },
                     [] { process().engine.in_child(process().family); });
    return *created;
  }();
  return made;
}

}  // namespace

Engine& process_engine() { return process().engine; }

}  // namespace wsalive::engine

// Work for the end of a thread, without an allocation, and with four bytes of a thread's own storage for all of it. A
// thread-local object with a destructor takes memory when a thread first comes to it, and the C library ends the process
// where there is none.
#pragma once

#include <atomic>
#include <cstdint>

namespace wsalive::os {

/// One kind of work; in static storage, constant-initialised. There may be 32.
struct ThreadEndWork {
  void (*run)() noexcept;
  std::atomic<std::uint32_t> bit{0};  ///< Given by the first call.
};

/// Has `work.run` called on the calling thread when it ends, once; after the destructors of its C++ objects. Again for
/// work that is noted while it ends.
/// \return false if the host has no room for it; then nothing has happened.
[[nodiscard]] bool run_at_thread_end(ThreadEndWork& work) noexcept;

}  // namespace wsalive::os

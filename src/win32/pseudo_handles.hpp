// The two handles that are constants: "this process" and "this thread". They need no closing, and
// mean whoever uses them.
#pragma once

#include "kernel/thread.hpp"
#include "kernel/wait.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {

[[nodiscard]] inline HANDLE this_process() noexcept { return handle_of(~kernel::HandleValue{0}); }
[[nodiscard]] inline HANDLE this_thread() noexcept { return handle_of(~kernel::HandleValue{1}); }

/// A thread by handle, this_thread() included. Throws std::bad_alloc for that one's first use.
[[nodiscard]] inline kernel::Ref<kernel::Thread> find_thread(HANDLE handle) {
  if (handle == this_thread()) return kernel::Ref<kernel::Thread>{&kernel::current_thread()};
  return pinned<kernel::Thread>(handle).share();
}

}  // namespace wsalive::win32

// What every Win32 function uses: conversions between HANDLEs and the kernel's numbers, and the way in which a
// call fails (kernel/last_error.hpp).
#pragma once

#include "windows.h"

#include <cstdint>
#include <new>
#include <utility>

#include "kernel/handle_table.hpp"
#include "kernel/last_error.hpp"
#include "kernel/thread.hpp"
#include "kernel/wait.hpp"

namespace wsalive::win32 {

using kernel::fail;
using kernel::succeed_if;

[[nodiscard]] inline kernel::HandleValue value_of(HANDLE handle) noexcept {
  return reinterpret_cast<kernel::HandleValue>(handle);
}
[[nodiscard]] inline HANDLE handle_of(kernel::HandleValue value) noexcept {
  return reinterpret_cast<HANDLE>(value);  // NOLINT(performance-no-int-to-ptr): that is what it is.
}

/// The kernel object of kind T behind a handle; empty for anything else.
template <typename T>
[[nodiscard]] kernel::Pinned<T> pinned(HANDLE handle) noexcept {
  return kernel::handles().find<T>(value_of(handle));
}

/// A handle for a new object; NULL, with the code stored, where there is no room.
[[nodiscard]] HANDLE open_handle(kernel::Ref<kernel::Object> object,
                                 const SECURITY_ATTRIBUTES* attributes = nullptr) noexcept;

/// Runs a body that allocates. If memory runs out, returns `answer`, with the code stored.
template <typename T, typename Body>
T guarded(T answer, Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return fail(ERROR_NOT_ENOUGH_MEMORY, answer);
  }
}

// The two handles that are constants: "this process" and "this thread". They need no closing, and
// lead to the process or thread that uses them.

[[nodiscard]] inline HANDLE this_process() noexcept { return handle_of(~kernel::HandleValue{0}); }
[[nodiscard]] inline HANDLE this_thread() noexcept { return handle_of(~kernel::HandleValue{1}); }

/// A thread by handle, this_thread() included, whose first use may throw std::bad_alloc.
[[nodiscard]] inline kernel::Ref<kernel::Thread> find_thread(HANDLE handle) {
  if (handle == this_thread()) return kernel::Ref<kernel::Thread>{&kernel::current_thread()};
  return pinned<kernel::Thread>(handle).share();
}

}  // namespace wsalive::win32

// Asking for the end of an operation by its OVERLAPPED, and waiting for it: with its event, or without one.
#pragma once

#include "winsock2.h"

#include <cstdint>

#include "kernel/wait.hpp"
#include "winsock/overlapped/status.hpp"

namespace wsalive::winsock {

/// The status in a program's OVERLAPPED, with all that the operation wrote before it.
[[nodiscard]] NtStatus status_in(OVERLAPPED& overlapped) noexcept;

enum class Awaited : std::uint8_t { ended, still_pending, timed_out, apcs_ran };

/// Waits until the operation has ended. With an event in the OVERLAPPED it is the event that is waited
/// for, so that an auto-reset event is reset; an event that was signaled for another reason leaves
/// still_pending. Throws std::bad_alloc.
[[nodiscard]] Awaited await_end(OVERLAPPED& overlapped, kernel::Deadline deadline,
                                kernel::Alertable alertable);

/// Called whenever an operation has ended. Costs a load while nobody waits without an event.
void wake_result_waiters() noexcept;

}  // namespace wsalive::winsock

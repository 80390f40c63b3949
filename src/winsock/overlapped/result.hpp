// Asking for the end of an operation by its OVERLAPPED, and waiting for it: with its event, or without one.
#pragma once

#include "winsock2.h"

#include <cstdint>

#include "base/wsa_error.hpp"
#include "kernel/wait.hpp"

namespace wsalive::winsock {

// How an overlapped operation ended, as Windows keeps it in OVERLAPPED.Internal: an NTSTATUS, from which
// GetQueuedCompletionStatus and GetOverlappedResult read Win32 codes and WSAGetOverlappedResult reads Winsock's.

using NtStatus = std::uint32_t;
inline constexpr NtStatus kSuccess = 0;
inline constexpr NtStatus kPending = 0x103;
inline constexpr NtStatus kBufferOverflow = 0x8000'0005;  ///< A message was cut.
inline constexpr NtStatus kCancelled = 0xC000'0120;

/// The status of an operation that a Winsock code ended. A code without an NTSTATUS of its own is carried
/// in the facility that Windows has for that.
[[nodiscard]] NtStatus status_of(WsaError error) noexcept;

/// Winsock's code of a status; none for success.
[[nodiscard]] WsaError wsa_error_of(NtStatus status) noexcept;

/// The Win32 code of a status: a reset connection is ERROR_NETNAME_DELETED here (K-92).
[[nodiscard]] std::uint32_t win32_error_of(NtStatus status) noexcept;

/// The status in a program's OVERLAPPED, with all that the operation wrote before it.
[[nodiscard]] NtStatus status_in(OVERLAPPED& overlapped) noexcept;

enum class Awaited : std::uint8_t { ended, still_pending, timed_out, apcs_ran };

/// Waits until the operation has ended. With an event in the OVERLAPPED it is the event that is waited
/// for, so that an auto-reset event is reset; an event that was signaled for another reason leaves
/// still_pending. Throws std::bad_alloc.
[[nodiscard]] Awaited await_end(OVERLAPPED& overlapped, kernel::Deadline deadline,
                                kernel::Alertable alertable);

/// Called whenever an operation has ended. Costs a load while no thread waits without an event.
void wake_result_waiters() noexcept;

}  // namespace wsalive::winsock

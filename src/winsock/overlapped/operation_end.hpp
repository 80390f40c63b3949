// The end of an operation: its status in the OVERLAPPED, waiting for it, and cancelling.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/wsa_error.hpp"
#include "kernel/wait.hpp"
#include "winsock/socket.hpp"
#include "winsock2.h"

namespace wsalive::winsock {

// How an overlapped operation ended, as Windows keeps it in OVERLAPPED.Internal: an NTSTATUS, from which
// GetQueuedCompletionStatus and GetOverlappedResult read Win32 codes and WSAGetOverlappedResult reads Winsock's.

using NtStatus = std::uint32_t;
inline constexpr NtStatus kSuccess = 0;
inline constexpr NtStatus kPending = 0x103;
inline constexpr NtStatus kBufferOverflow = 0x8000'0005;  ///< A message was cut.
inline constexpr NtStatus kCancelled = 0xC000'0120;

/// The status of an operation that ended with a Winsock code. A code without an NTSTATUS of its own is carried
/// in the facility that Windows has for that.
[[nodiscard]] NtStatus status_of(WsaError error) noexcept;

/// Winsock's code of a status; none for success.
[[nodiscard]] WsaError wsa_error_of(NtStatus status) noexcept;

/// The Win32 code of a status: a reset connection is ERROR_NETNAME_DELETED here (K-92).
[[nodiscard]] std::uint32_t win32_error_of(NtStatus status) noexcept;

/// Reads the status in a program's OVERLAPPED; then all that the operation wrote before it is visible, too.
[[nodiscard]] NtStatus status_in(OVERLAPPED& overlapped) noexcept;

enum class Awaited : std::uint8_t { ended, still_pending, timed_out, apcs_ran };

/// Waits until the operation has ended. If the OVERLAPPED has an event, waits for the event, so that an auto-reset event
/// is reset; an event that was signaled for another reason gives still_pending. Throws std::bad_alloc.
[[nodiscard]] Awaited await_end(OVERLAPPED& overlapped, kernel::Deadline deadline,
                                kernel::Alertable alertable);

/// Wakes the threads that wait without an event, whenever an operation has ended. Costs a load while there are none.
void wake_result_waiters() noexcept;

// Ending operations early: by the program, and with the thread that started them.

/// Ends the pending operations of a socket that the calling thread has started.
void cancel_own(Socket& socket) noexcept;

/// Ends the pending operation of that OVERLAPPED, or all of the socket; any thread's. \return how many.
[[nodiscard]] std::size_t cancel_any(Socket& socket, const OVERLAPPED* overlapped) noexcept;

/// Ends the AcceptEx that waits to make this closing socket a connection.
void cancel_accepts_into(const Socket& accepting) noexcept;

/// Lets the operations without a port that this thread has started end when the thread ends. \return false if the host has no
/// room.
[[nodiscard]] bool end_with_thread() noexcept;

}  // namespace wsalive::winsock

// How an overlapped operation ended, as Windows keeps it in OVERLAPPED.Internal: an NTSTATUS, from which
// GetQueuedCompletionStatus and GetOverlappedResult read Win32 codes and WSAGetOverlappedResult reads Winsock's.
#pragma once

#include <cstdint>

#include "base/wsa_error.hpp"

namespace wsalive::winsock {

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

}  // namespace wsalive::winsock

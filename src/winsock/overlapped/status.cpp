#include "winsock/overlapped/status.hpp"

#include "winsock2.h"

#include <algorithm>
#include <array>

namespace wsalive::winsock {
namespace {

struct StatusRow {
  WsaError wsa;
  NtStatus status;
  std::uint32_t win32;
};

constexpr std::uint32_t code(WsaError error) { return static_cast<std::uint32_t>(error); }

// A status that stands twice is read back as its first row. K-90: WSAENETRESET has no NTSTATUS that Microsoft
// documents; STATUS_NETWORK_NAME_DELETED is our choice.
constexpr std::array kStatusCodes{
    // clang-format off
    StatusRow{WsaError::none,                    kSuccess,        0},
    StatusRow{WsaError::operation_aborted,       kCancelled,      ERROR_OPERATION_ABORTED},
    StatusRow{WsaError::message_size,            kBufferOverflow, ERROR_MORE_DATA},
    StatusRow{WsaError::connection_reset,        0xC000'020D,     ERROR_NETNAME_DELETED},
    StatusRow{WsaError::network_reset,           0xC000'00C9,     ERROR_NETNAME_DELETED},
    StatusRow{WsaError::connection_aborted,      0xC000'0241,     ERROR_CONNECTION_ABORTED},
    StatusRow{WsaError::connection_refused,      0xC000'0236,     ERROR_CONNECTION_REFUSED},
    StatusRow{WsaError::timed_out,               0xC000'00B5,     ERROR_SEM_TIMEOUT},
    StatusRow{WsaError::network_unreachable,     0xC000'023C,     ERROR_NETWORK_UNREACHABLE},
    StatusRow{WsaError::host_unreachable,        0xC000'023D,     ERROR_HOST_UNREACHABLE},
    StatusRow{WsaError::fault,                   0xC000'0005,     ERROR_NOACCESS},
    StatusRow{WsaError::invalid_argument,        0xC000'000D,     ERROR_INVALID_PARAMETER},
    StatusRow{WsaError::no_buffers,              0xC000'009A,     ERROR_NO_SYSTEM_RESOURCES},
    StatusRow{WsaError::access_denied,           0xC000'0022,     ERROR_ACCESS_DENIED},
    StatusRow{WsaError{ERROR_HANDLE_EOF},    0xC000'0011,     ERROR_HANDLE_EOF},
    StatusRow{WsaError::not_connected,           0xC000'023A,     ERROR_CONNECTION_INVALID},
    // clang-format on
};

constexpr NtStatus kCarried = 0xC007'0000;  // FACILITY_NTWIN32.
constexpr NtStatus kCarriedMask = 0xFFFF'0000;

}  // namespace

NtStatus status_of(WsaError error) noexcept {
  const auto* const row = std::ranges::find(kStatusCodes, error, &StatusRow::wsa);
  return row != kStatusCodes.end() ? row->status : kCarried | code(error);
}

WsaError wsa_error_of(NtStatus status) noexcept {
  const auto* const row = std::ranges::find(kStatusCodes, status, &StatusRow::status);
  if (row != kStatusCodes.end()) return row->wsa;
  if ((status & kCarriedMask) == kCarried) return static_cast<WsaError>(status & ~kCarriedMask);
  return status < 0x8000'0000 ? WsaError::none : WsaError::invalid_argument;
}

std::uint32_t win32_error_of(NtStatus status) noexcept {
  const auto* const row = std::ranges::find(kStatusCodes, status, &StatusRow::status);
  if (row != kStatusCodes.end()) return row->win32;
  if ((status & kCarriedMask) == kCarried) return status & ~kCarriedMask;
  return status < 0x8000'0000 ? 0 : ERROR_MR_MID_NOT_FOUND;
}

}  // namespace wsalive::winsock

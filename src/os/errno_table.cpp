#include "os/errno_table.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace wsalive::os {
namespace {

struct ErrnoRow {
  int error;
  WsaError code;
};

// Sorted by number. EPIPE: a send after our shutdown; the socket's recorded close cause tells a send after the peer's
// reset apart. ENODEV, ENXIO: an interface that is gone.
constexpr std::array kErrnos{
    // clang-format off
    ErrnoRow{0,               WsaError::none},
    ErrnoRow{EPERM,           WsaError::access_denied},
    ErrnoRow{EINTR,           WsaError::interrupted},
    ErrnoRow{EIO,             WsaError::network_down},
    ErrnoRow{ENXIO,           WsaError::address_not_available},
    ErrnoRow{EBADF,           WsaError::not_a_socket},
    ErrnoRow{EAGAIN,          WsaError::would_block},
    ErrnoRow{ENOMEM,          WsaError::no_buffers},
    ErrnoRow{EACCES,          WsaError::access_denied},
    ErrnoRow{EFAULT,          WsaError::fault},
    ErrnoRow{EEXIST,          WsaError::address_in_use},
    ErrnoRow{ENODEV,          WsaError::address_not_available},
    ErrnoRow{EINVAL,          WsaError::invalid_argument},
    ErrnoRow{ENFILE,          WsaError::too_many_files},
    ErrnoRow{EMFILE,          WsaError::too_many_files},
    ErrnoRow{EPIPE,           WsaError::shut_down},
    ErrnoRow{EDOM,            WsaError::invalid_argument},
    ErrnoRow{ENOTSOCK,        WsaError::not_a_socket},
    ErrnoRow{EDESTADDRREQ,    WsaError::destination_required},
    ErrnoRow{EMSGSIZE,        WsaError::message_size},
    ErrnoRow{EPROTOTYPE,      WsaError::wrong_protocol_type},
    ErrnoRow{ENOPROTOOPT,     WsaError::unknown_option},
    ErrnoRow{EPROTONOSUPPORT, WsaError::protocol_not_supported},
    ErrnoRow{ESOCKTNOSUPPORT, WsaError::socket_type_not_supported},
    ErrnoRow{EOPNOTSUPP,      WsaError::operation_not_supported},
    ErrnoRow{EAFNOSUPPORT,    WsaError::family_not_supported},
    ErrnoRow{EADDRINUSE,      WsaError::address_in_use},
    ErrnoRow{EADDRNOTAVAIL,   WsaError::address_not_available},
    ErrnoRow{ENETDOWN,        WsaError::network_down},
    ErrnoRow{ENETUNREACH,     WsaError::network_unreachable},
    ErrnoRow{ENETRESET,       WsaError::network_reset},
    ErrnoRow{ECONNABORTED,    WsaError::connection_aborted},
    ErrnoRow{ECONNRESET,      WsaError::connection_reset},
    ErrnoRow{ENOBUFS,         WsaError::no_buffers},
    ErrnoRow{EISCONN,         WsaError::is_connected},
    ErrnoRow{ENOTCONN,        WsaError::not_connected},
    ErrnoRow{ETIMEDOUT,       WsaError::timed_out},
    ErrnoRow{ECONNREFUSED,    WsaError::connection_refused},
    ErrnoRow{EHOSTDOWN,       WsaError::host_down},
    ErrnoRow{EHOSTUNREACH,    WsaError::host_unreachable},
    ErrnoRow{EALREADY,        WsaError::already},
    ErrnoRow{EINPROGRESS,     WsaError::would_block},
    // clang-format on
};
static_assert(std::ranges::is_sorted(kErrnos, {}, &ErrnoRow::error));

}  // namespace

WsaError wsa_error(int error) noexcept {
  const ErrnoRow* const row = std::ranges::lower_bound(kErrnos, error, {}, &ErrnoRow::error);
  return row != kErrnos.end() && row->error == error ? row->code : WsaError::invalid_argument;
}

}  // namespace wsalive::os

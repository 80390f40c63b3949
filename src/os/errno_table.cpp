#include "os/errno_table.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace wsalive::os {
namespace {

struct Row {
  int error;
  WsaError code;
};

// Sorted by number. EPIPE: a send after our shutdown; a send after the peer's reset is told apart by
// the socket's kept cause. ENODEV, ENXIO: an interface that is gone.
constexpr std::array kRows{
    // clang-format off
    Row{0,               WsaError::none},
    Row{EPERM,           WsaError::access_denied},
    Row{EINTR,           WsaError::interrupted},
    Row{EIO,             WsaError::network_down},
    Row{ENXIO,           WsaError::address_not_available},
    Row{EBADF,           WsaError::not_a_socket},
    Row{EAGAIN,          WsaError::would_block},
    Row{ENOMEM,          WsaError::no_buffers},
    Row{EACCES,          WsaError::access_denied},
    Row{EFAULT,          WsaError::fault},
    Row{EEXIST,          WsaError::address_in_use},
    Row{ENODEV,          WsaError::address_not_available},
    Row{EINVAL,          WsaError::invalid_argument},
    Row{ENFILE,          WsaError::too_many_files},
    Row{EMFILE,          WsaError::too_many_files},
    Row{EPIPE,           WsaError::shut_down},
    Row{EDOM,            WsaError::invalid_argument},
    Row{ENOTSOCK,        WsaError::not_a_socket},
    Row{EDESTADDRREQ,    WsaError::destination_required},
    Row{EMSGSIZE,        WsaError::message_size},
    Row{EPROTOTYPE,      WsaError::wrong_protocol_type},
    Row{ENOPROTOOPT,     WsaError::unknown_option},
    Row{EPROTONOSUPPORT, WsaError::protocol_not_supported},
    Row{ESOCKTNOSUPPORT, WsaError::socket_type_not_supported},
    Row{EOPNOTSUPP,      WsaError::operation_not_supported},
    Row{EAFNOSUPPORT,    WsaError::family_not_supported},
    Row{EADDRINUSE,      WsaError::address_in_use},
    Row{EADDRNOTAVAIL,   WsaError::address_not_available},
    Row{ENETDOWN,        WsaError::network_down},
    Row{ENETUNREACH,     WsaError::network_unreachable},
    Row{ENETRESET,       WsaError::network_reset},
    Row{ECONNABORTED,    WsaError::connection_aborted},
    Row{ECONNRESET,      WsaError::connection_reset},
    Row{ENOBUFS,         WsaError::no_buffers},
    Row{EISCONN,         WsaError::is_connected},
    Row{ENOTCONN,        WsaError::not_connected},
    Row{ETIMEDOUT,       WsaError::timed_out},
    Row{ECONNREFUSED,    WsaError::connection_refused},
    Row{EHOSTDOWN,       WsaError::host_down},
    Row{EHOSTUNREACH,    WsaError::host_unreachable},
    Row{EALREADY,        WsaError::already},
    Row{EINPROGRESS,     WsaError::would_block},
    // clang-format on
};
static_assert(std::ranges::is_sorted(kRows, {}, &Row::error));

}  // namespace

WsaError wsa_error(int error) noexcept {
  const Row* const row = std::ranges::lower_bound(kRows, error, {}, &Row::error);
  return row != kRows.end() && row->error == error ? row->code : WsaError::invalid_argument;
}

}  // namespace wsalive::os

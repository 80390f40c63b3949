// Control data between a program's WSACMSGHDRs and our items: the only place that knows Windows' form of them.
#pragma once

#include "winsock2.h"

#include <cstdint>

#include "base/wsa_error.hpp"
#include "os/socket/control_data.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Reads what WSASendMsg is given. Errors: WSAEFAULT (not in memory); WSAEINVAL (a header that is shorter than its
/// data or longer than the buffer, or a kind that the socket or the release does not know).
[[nodiscard]] WsaError take_control(const Socket& socket, const WSABUF& control,
                                    os::ControlItems& items) noexcept;

struct GivenControl {
  std::uint32_t size = 0;
  bool cut = false;  ///< An item did not fit; whole ones have been given.
};

/// Writes those items that the program has asked for by options.
[[nodiscard]] GivenControl give_control(const Socket& socket, const os::ControlItems& items,
                                        const WSABUF& control) noexcept;

}  // namespace wsalive::winsock

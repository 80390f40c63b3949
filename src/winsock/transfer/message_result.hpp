// What WSARecvMsg gives beside the octets, in the program's WSAMSG.
#pragma once

#include "winsock2.h"

#include <cstddef>

#include "base/wsa_error.hpp"
#include "os/socket/control_data.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

struct MessageSize {
  std::size_t whole;
  std::size_t room;
};

/// Fills Control and dwFlags (MSG_TRUNC, MSG_CTRUNC, MSG_BCAST, MSG_MCAST); the sender's address is the caller's.
/// \return WSAEMSGSIZE if message or control data were cut, WSAEFAULT if the memory has gone meanwhile.
[[nodiscard]] WsaError finish_message(const Socket& socket, WSAMSG* message,
                                      const os::ControlBuffer& control, MessageSize size) noexcept;

}  // namespace wsalive::winsock

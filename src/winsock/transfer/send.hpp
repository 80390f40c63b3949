// What WSASend, WSASendTo and WSASendMsg share once the socket is found.
#pragma once

#include "winsock2.h"

#include "base/wsa_error.hpp"
#include "os/socket/control_data.hpp"
#include "winsock/overlapped/operation.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Where a message goes to; send and WSASend have none.
struct Target {
  const sockaddr* name = nullptr;
  int size = 0;
};

/// The program's buffers and pointers.
struct SendRequest {
  WSABUF* buffers;
  DWORD count;
  DWORD* sent;
  DWORD flags;
  Notice notice;
  const os::ControlBuffer* control = nullptr;  ///< Ours.
};

/// Sends, or starts to. The caller is Entered.
[[nodiscard]] WsaError send_request(Socket& socket, const SendRequest& request,
                                    const Target* target);

}  // namespace wsalive::winsock

// WSARecvMsg, which Windows' library does not export: SIO_GET_EXTENSION_FUNCTION_POINTER gives it.
#pragma once

#include "winsock2.h"

#include <cstddef>
#include <cstdint>

#include "base/wsa_error.hpp"
#include "os/socket/control_data.hpp"
#include "winsock/overlapped/operation.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// LPFN_WSARECVMSG; mswsock.h has its contract.
INT receive_msg(SOCKET s, LPWSAMSG lpMsg, LPDWORD lpdwNumberOfBytesRecvd,
                LPWSAOVERLAPPED lpOverlapped,
                LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

// What WSARecvMsg gives beside the octets, in the program's WSAMSG.

struct MessageSize {
  std::size_t whole;
  std::size_t room;
};

/// Fills Control and dwFlags (MSG_TRUNC, MSG_CTRUNC, MSG_BCAST, MSG_MCAST); the sender's address is the caller's.
/// \return WSAEMSGSIZE if message or control data were cut, WSAEFAULT if the memory has gone meanwhile.
[[nodiscard]] WsaError finish_message(const Socket& socket, WSAMSG* message,
                                      const os::ControlBuffer& control, MessageSize size) noexcept;

// Control data between a program's WSACMSGHDRs and neutral items: only control_data.cpp knows Windows' form of them.

/// Reads the control data of a WSASendMsg. Errors: WSAEFAULT (not in memory); WSAEINVAL (a header that is shorter than its
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

// What WSASend, WSASendTo and WSASendMsg share once the socket is found.

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
  const os::ControlBuffer* control = nullptr;  ///< The library's, with the kernel's form of it.
};

/// Sends, or starts to. The caller is Entered.
[[nodiscard]] WsaError send_request(Socket& socket, const SendRequest& request,
                                    const Target* target);

}  // namespace wsalive::winsock

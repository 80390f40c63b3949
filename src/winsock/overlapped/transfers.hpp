// Overlapped sends and receives.
#pragma once

#include "winsock2.h"

#include <cstdint>

#include "base/wsa_error.hpp"
#include "os/socket/socket_address.hpp"
#include "winsock/overlapped/operation.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Whether a call is overlapped: a socket without WSA_FLAG_OVERLAPPED ignores the OVERLAPPED.
[[nodiscard]] inline bool is_overlapped(const Socket& socket, const OVERLAPPED* given) noexcept {
  return given != nullptr && socket.traits().overlapped;
}

struct SendWish {
  const WSABUF* buffers;
  std::uint32_t count;
  unsigned flags;  ///< os::TransferFlag.
  const os::SocketAddress* target = nullptr;
  const os::ControlBuffer* control = nullptr;
};

struct ReceiveWish {
  const WSABUF* buffers;
  std::uint32_t count;
  unsigned flags;  ///< os::TransferFlag.
  void* name = nullptr;
  int* name_size = nullptr;
  WSAMSG* message = nullptr;  ///< Of WSARecvMsg.
};

/// Start one. \return none: done, with `bytes`; io_pending; or why not, and then nothing will be reported.
/// The caller is Entered.
[[nodiscard]] WsaError start_send(Socket& socket, const SendWish& wish, const Notice& notice,
                                  std::uint32_t& bytes);
[[nodiscard]] WsaError start_receive(Socket& socket, const ReceiveWish& wish, const Notice& notice,
                                     std::uint32_t& bytes);

/// WSAEFAULT unless the OVERLAPPED and the array are in the program's memory. The kernel's copy checks the memory to which
/// the array points.
///
/// \param good  An OVERLAPPED that has passed check_notice.
[[nodiscard]] WsaError check_notice(const Notice& notice) noexcept;
[[nodiscard]] WsaError check_buffers(const WSABUF* buffers, std::uint32_t count,
                                     const OVERLAPPED* good = nullptr) noexcept;
/// Whether a piece of a good array has a length and no memory (K-142).
[[nodiscard]] bool lacks_memory(const WSABUF* buffers, std::uint32_t count) noexcept;
/// The array alone.
[[nodiscard]] bool are_good_buffers(const WSABUF* buffers, std::uint32_t count) noexcept;

/// Starts an operation that is filled in. WSA_NOT_ENOUGH_MEMORY if memory is short.
[[nodiscard]] WsaError start_operation(Socket& socket, Operation& operation, const Notice& notice,
                                       std::uint32_t& bytes);

/// The two ways in which an attempt ends.
[[nodiscard]] Progress ended_well(Outcome& outcome, std::size_t bytes) noexcept;
[[nodiscard]] Progress failed(const Socket& socket, Outcome& outcome, WsaError code) noexcept;

/// Receives into the operation's data, from a stream.
[[nodiscard]] Progress attempt_stream_receive(Operation& operation, Socket& socket,
                                              Outcome& outcome);
/// Sends what is left of the operation's data.
[[nodiscard]] Progress attempt_send(Operation& operation, Socket& socket, Outcome& outcome);

}  // namespace wsalive::winsock

// A program's sockaddr pointers: taken in, given out, never trusted (K-26), with the family's number
// turned by winsock/names/sockaddr.hpp.
#pragma once

#include "base/wsa_error.hpp"
#include "os/socket/socket_address.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Reads an address of the socket's own family.
/// Errors: WSAEFAULT if it cannot be read or is shorter than the family's, WSAEAFNOSUPPORT for another
/// family.
[[nodiscard]] WsaError take_address(const Socket& socket, const void* name, int size,
                                    os::SocketAddress& address) noexcept;

/// The same of a message's destination: also WSAEADDRNOTAVAIL where a datagram would go to port 0.
[[nodiscard]] WsaError take_destination(const Socket& socket, const void* name, int size,
                                        os::SocketAddress& address) noexcept;

/// Puts Windows' number of the family into an address that the kernel has given.
void to_windows(os::SocketAddress& address) noexcept;

/// Where a call is to put an address: checked before the call does anything, so that no connection and no
/// datagram is lost to a bad pointer.
class AddressOutlet {
 public:
  /// `name` may be nullptr: nothing is wanted then.
  AddressOutlet(void* name, int* size) noexcept : name_(name), size_(size) {}

  [[nodiscard]] bool is_wanted() const noexcept { return name_ != nullptr; }
  /// WSAEFAULT unless a whole address of the socket's family fits in writable memory.
  [[nodiscard]] WsaError check(const Socket& socket) noexcept;
  /// After `check`. \return WSAEFAULT if the memory has gone meanwhile.
  [[nodiscard]] WsaError give(const os::SocketAddress& address) const noexcept;

 private:
  void* name_;
  int* size_;
  int room_ = 0;
};

}  // namespace wsalive::winsock

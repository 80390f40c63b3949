// A program's sockaddr pointers: read and written, never trusted (K-26), with the family's number
// converted between Windows' and Linux'.
#pragma once

#include <array>
#include <cstddef>
#include <tl/expected.hpp>

#include "base/wsa_error.hpp"
#include "os/socket/address.hpp"
#include "os/socket/socket_address.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

// Between a program's sockaddr (Windows' family numbers) and the neutral endpoint that src/os works with.

/// Windows' number of a family; AF_UNSPEC (0) for none.
[[nodiscard]] int windows_family(os::Family family) noexcept;

/// The family of a Windows number; none for AF_UNSPEC and for one that is not served.
[[nodiscard]] os::Family family_of_windows(int number) noexcept;

/// Bytes of a family's sockaddr: 16, 28, or 0.
[[nodiscard]] std::size_t sockaddr_size(os::Family family) noexcept;

/// An endpoint as the bytes of SOCKADDR_IN or SOCKADDR_IN6.
struct SockaddrImage {
  alignas(8) std::array<std::byte, 28> bytes{};
  std::size_t size = 0;
};

[[nodiscard]] SockaddrImage image_of(const os::Endpoint& endpoint) noexcept;

/// Reads a program's sockaddr of `size` bytes. Errors, in order: fault (too short for a family, or not in
/// readable memory), family_not_supported, fault (shorter than its family's structure).
[[nodiscard]] tl::expected<os::Endpoint, WsaError> read_sockaddr(const void* at,
                                                                 std::size_t size) noexcept;

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

/// The place for an address that a call gives: checked before the call does anything, so that a bad pointer loses no
/// connection and no datagram.
class AddressOutlet {
 public:
  /// `name` may be nullptr: then no address is wanted.
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

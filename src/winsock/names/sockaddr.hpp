// Between a program's sockaddr (Windows' family numbers) and the neutral endpoint that src/os works with.
#pragma once

#include <array>
#include <cstddef>
#include <tl/expected.hpp>

#include "base/wsa_error.hpp"
#include "os/socket/address.hpp"

namespace wsalive::winsock {

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

}  // namespace wsalive::winsock

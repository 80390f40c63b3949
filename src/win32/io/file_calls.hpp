// What the file functions share: Win32's codes for Linux' answers, and the transfer itself.
#pragma once

#include "winsock2.h"

#include <cstdint>

#include "base/result.hpp"
#include "kernel/file.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {

[[nodiscard]] DWORD file_code(int error) noexcept;

// What ReadFile, WriteFile and their Ex forms do to a file, however the end is reported.

enum class Way : std::uint8_t { read, write };

/// The program's buffer, and its OVERLAPPED, which may be NULL.
struct Octets {
  void* buffer;
  DWORD size;
  OVERLAPPED* overlapped;
};

/// How an operation on a file ended; code 0 is success.
struct Ended {
  DWORD code = 0;
  DWORD bytes = 0;
};

/// Moves the octets: at the OVERLAPPED's place if there is one and the file can seek, else at the file's pointer.
[[nodiscard]] Ended move_octets(const kernel::File& file, const Octets& octets, Way way);

/// A socket's code of WSAGetLastError as a code of file functions (K-92).
[[nodiscard]] DWORD code_of_socket(int error) noexcept;

}  // namespace wsalive::win32

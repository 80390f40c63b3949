// What TransmitFile and TransmitPackets send: pieces of memory and of files, one behind the other, by sendfile(2)
// where it is a file.
//
// sendfile has no flag against waiting: the kernel's socket does not block from its first transmission on,
// and blocking calls wait in another way then (winsock/waiting.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "kernel/file.hpp"
#include "winsock/overlapped/operation.hpp"

namespace wsalive::winsock {

/// One piece.
struct Segment {
  kernel::Ref<kernel::File> file;      ///< Empty: memory.
  std::optional<std::uint64_t> place;  ///< In the file; nullopt: at its pointer.
  char* memory = nullptr;
  std::uint64_t size = 0;
};

struct Transmission {
  std::vector<Segment> segments;
  std::size_t current = 0;
  std::uint64_t done = 0;     ///< Of the current segment.
  std::uint32_t at_most = 0;  ///< Octets of one system call; 0: no limit.
};

/// Starts it, or with no OVERLAPPED makes it, waiting. `mode`: TF_DISCONNECT, TF_REUSE_SOCKET.
/// The caller is Entered. Throws std::bad_alloc.
[[nodiscard]] WsaError transmit(Socket& socket, Transmission&& what, std::uint32_t mode,
                                OVERLAPPED* overlapped);

}  // namespace wsalive::winsock

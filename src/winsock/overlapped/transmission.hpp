// What TransmitFile and TransmitPackets send: pieces of memory and of files, one behind the other, files by sendfile(2).
//
// sendfile has no flag against waiting. So from its first transmission on the kernel's socket is non-blocking,
// and blocking calls wait in another way (winsock/transfer/transfer.hpp). A datagram socket's pieces are collected into
// messages, each sent by one call; for that, pieces of files are read into memory.
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
  bool ends_message = false;  ///< TP_ELEMENT_EOP.
};

/// The parts of one datagram. Empty: not collected yet.
struct Collected {
  std::vector<WSABUF> pieces;
  std::vector<std::vector<char>> read;  ///< Of files.
  std::size_t size = 0;
};

struct Transmission {
  std::vector<Segment> segments;
  std::size_t current = 0;
  std::uint64_t done = 0;     ///< Of the current segment.
  std::uint32_t at_most = 0;  ///< Octets of one system call, or of one datagram; 0: no limit.
  Collected message;          ///< Of datagram sockets.
};

/// Sends as many of the datagrams as the socket takes now.
[[nodiscard]] Progress attempt_messages(Operation& operation, Socket& socket, Outcome& outcome);

/// Starts a transmission, or without an OVERLAPPED completes it, waiting. `mode`: TF_DISCONNECT, TF_REUSE_SOCKET.
/// The caller is Entered. Throws std::bad_alloc.
[[nodiscard]] WsaError transmit(Socket& socket, Transmission&& what, std::uint32_t mode,
                                OVERLAPPED* overlapped);

}  // namespace wsalive::winsock

// TransmitFile and TransmitPackets: their arguments, checked before anything is sent.

#include "mswsock.h"

#include <algorithm>

#include "kernel/handle_table.hpp"
#include "os/memory/program_memory.hpp"
#include "os/socket/socket_calls.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/overlapped/transmission.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

constexpr std::uint64_t kMostOctets = 2'147'483'646;
constexpr WsaError kAccessDenied{5};  // ERROR_ACCESS_DENIED

/// A part of a file, up to its present end; 0 octets mean the rest of it.
WsaError take_file(Transmission& what, HANDLE handle, std::optional<std::uint64_t> place,
                   std::uint64_t size) {
  const auto value = reinterpret_cast<kernel::HandleValue>(handle);
  Segment segment;
  segment.file = kernel::handles().find<kernel::File>(value).share();
  segment.place = place;
  if (!segment.file) return WsaError::invalid_handle;
  if (!segment.file->may(kernel::kReads)) return kAccessDenied;
  const int fd = segment.file->descriptor();
  const auto whole = os::size_of_file(fd);
  if (!whole) return WsaError::invalid_argument;
  const std::uint64_t from = place ? *place : os::seek(fd, 0, os::SeekFrom::current).value_or(0);
  const std::uint64_t rest = *whole > from ? *whole - from : 0;
  segment.size = size == 0 ? rest : std::min(size, rest);
  what.segments.push_back(std::move(segment));
  return WsaError::none;
}

WsaError take_memory(Transmission& what, void* memory, std::uint32_t size) {
  if (size == 0) return WsaError::none;
  if (!memory) return WsaError::fault;
  Segment segment;
  segment.memory = static_cast<char*>(memory);
  segment.size = size;
  what.segments.push_back(std::move(segment));
  return WsaError::none;
}

/// What both functions do once their pieces are known.
struct Call {
  Socket& socket;
  OVERLAPPED* overlapped;
  DWORD flags;
};

WsaError check_sending(const Call& call) {
  constexpr DWORD kKnown =
      TF_DISCONNECT | TF_REUSE_SOCKET | TF_WRITE_BEHIND | TF_USE_SYSTEM_THREAD | TF_USE_KERNEL_APC;
  constexpr DWORD kEndingFlags = TF_DISCONNECT | TF_REUSE_SOCKET;
  const bool known = (call.flags & ~kKnown) == 0 && (call.flags & kEndingFlags) != TF_REUSE_SOCKET;
  if (!known) return WsaError::invalid_argument;
  return call.overlapped ? check_notice({call.overlapped}) : WsaError::none;
}

/// A datagram socket has a peer, or nowhere to send to, and nothing to disconnect.
WsaError check_messages(const Call& call) {
  if ((call.flags & TF_DISCONNECT) != 0) return WsaError::operation_not_supported;
  os::SocketAddress peer;
  const bool has_peer = os::name_of(call.socket.fd(), os::End::peer, peer) == 0;
  return has_peer ? WsaError::none : WsaError::not_connected;
}

/// Checked before, because the kernel would send the pieces before the bad one first.
bool is_all_there(const Segment& segment) {
  return segment.file || os::is_readable(segment.memory, segment.size);
}

WsaError run(const Call& call, Transmission&& what) {
  std::uint64_t octets = 0;
  for (const Segment& segment : what.segments) octets += segment.size;
  if (octets > kMostOctets) return WsaError::invalid_argument;
  if (!std::ranges::all_of(what.segments, is_all_there)) return WsaError::fault;
  return transmit(call.socket, std::move(what), call.flags, call.overlapped);
}

std::optional<std::uint64_t> place_of(const OVERLAPPED* overlapped) {
  if (!overlapped) return std::nullopt;
  return std::uint64_t{overlapped->OffsetHigh} << 32 | overlapped->Offset;
}

struct FileWish {
  HANDLE file;
  DWORD size;
  DWORD per_send;
  const TRANSMIT_FILE_BUFFERS* buffers;
};

WsaError transmit_file(const Call& call, const FileWish& wish) {
  if (const WsaError bad = check_sending(call); bad != WsaError::none) return bad;
  if (!call.socket.is_stream()) return WsaError::operation_not_supported;
  TRANSMIT_FILE_BUFFERS around{};
  if (wish.buffers && !os::load_program(wish.buffers, around)) return WsaError::fault;
  Transmission what;
  what.at_most = wish.per_send;
  if (const WsaError bad = take_memory(what, around.Head, around.HeadLength);
      bad != WsaError::none) {
    return bad;
  }
  if (wish.file) {
    const WsaError bad = take_file(what, wish.file, place_of(call.overlapped), wish.size);
    if (bad != WsaError::none) return bad;
  }
  if (const WsaError bad = take_memory(what, around.Tail, around.TailLength);
      bad != WsaError::none) {
    return bad;
  }
  return run(call, std::move(what));
}

WsaError take_piece(Transmission& what, const TRANSMIT_PACKETS_ELEMENT& element) {
  constexpr ULONG kKnown = TP_ELEMENT_MEMORY | TP_ELEMENT_FILE | TP_ELEMENT_EOP;
  const ULONG source = element.dwElFlags & (TP_ELEMENT_MEMORY | TP_ELEMENT_FILE);
  if ((element.dwElFlags & ~kKnown) != 0) return WsaError::invalid_argument;
  if (source == TP_ELEMENT_MEMORY) return take_memory(what, element.pBuffer, element.cLength);
  if (source != TP_ELEMENT_FILE) return WsaError::invalid_argument;
  std::optional<std::uint64_t> place;
  if (element.nFileOffset.QuadPart != -1) {
    if (element.nFileOffset.QuadPart < 0) return WsaError::invalid_argument;
    place = static_cast<std::uint64_t>(element.nFileOffset.QuadPart);
  }
  return take_file(what, element.hFile, place, element.cLength);
}

/// An element without octets can still end a message: if nothing came before it, an empty one.
WsaError take_element(Transmission& what, const TRANSMIT_PACKETS_ELEMENT& element) {
  const std::size_t before = what.segments.size();
  const WsaError bad = take_piece(what, element);
  if (bad != WsaError::none || (element.dwElFlags & TP_ELEMENT_EOP) == 0) return bad;
  if (what.segments.size() == before) what.segments.emplace_back();
  what.segments.back().ends_message = true;
  return WsaError::none;
}

WsaError transmit_packets(const Call& call, const TRANSMIT_PACKETS_ELEMENT* elements, DWORD count,
                          DWORD per_send) {
  if (const WsaError bad = check_sending(call); bad != WsaError::none) return bad;
  if (has_messages(call.socket)) {
    if (const WsaError bad = check_messages(call); bad != WsaError::none) return bad;
  }
  if (!elements && count != 0) return WsaError::fault;
  Transmission what;
  what.at_most = per_send;
  for (DWORD at = 0; at < count; ++at) {
    TRANSMIT_PACKETS_ELEMENT element;
    if (!os::load_program(elements + at, element)) return WsaError::fault;
    if (const WsaError bad = take_element(what, element); bad != WsaError::none) return bad;
  }
  return run(call, std::move(what));
}

/// Enters the socket and calls `body` with it.
template <typename Body>
BOOL on_socket(SOCKET handle, Body body) {
  return guarded_flag([&] {
    if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
    const Entered entered{handle};
    return entered.socket() ? body(*entered.socket()) : WsaError::not_a_socket;
  });
}

}  // namespace
}  // namespace wsalive::winsock

BOOL TransmitFile(SOCKET hSocket, HANDLE hFile, DWORD nNumberOfBytesToWrite,
                  DWORD nNumberOfBytesPerSend, LPOVERLAPPED lpOverlapped,
                  LPTRANSMIT_FILE_BUFFERS lpTransmitBuffers, DWORD dwReserved) {
  using namespace wsalive::winsock;
  return on_socket(hSocket, [&](Socket& socket) {
    return transmit_file({socket, lpOverlapped, dwReserved},
                         {hFile, nNumberOfBytesToWrite, nNumberOfBytesPerSend, lpTransmitBuffers});
  });
}

BOOL TransmitPackets(SOCKET hSocket, LPTRANSMIT_PACKETS_ELEMENT lpPacketArray, DWORD nElementCount,
                     DWORD nSendSize, LPOVERLAPPED lpOverlapped, DWORD dwFlags) {
  using namespace wsalive::winsock;
  return on_socket(hSocket, [&](Socket& socket) {
    return transmit_packets({socket, lpOverlapped, dwFlags}, lpPacketArray, nElementCount,
                            nSendSize);
  });
}

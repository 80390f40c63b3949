// What is known about one socket: an entry of a table that is indexed by the descriptor's number.
//
// Entries live for ever and are read without locks: a reader checks `life()` and then reads members that
// are constant while the socket is open, or single atomics. A number that the library has not made or adopted,
// or that was closed, has a free entry (K-23).
//
// Neutral types only: neither Windows' nor Linux' numbers appear here.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/clock.hpp"
#include "base/wsa_error.hpp"
#include "os/socket/socket_address.hpp"

namespace wsalive::winsock {

/// What a program's SOCKET is to us: unsigned and pointer-sized (K-05). Equal to the descriptor.
using Handle = std::uintptr_t;
inline constexpr Handle kInvalidHandle = ~Handle{0};

enum class Kind : std::uint8_t { none, tcp, udp, raw, local_stream, other };
using os::Family;

/// What a socket is from birth.
struct Traits {
  Kind kind = Kind::none;
  Family family = Family::none;
  std::int32_t windows_family = 0;  ///< As the program gave it, for WSAPROTOCOL_INFO.
  std::int32_t windows_type = 0;
  std::int32_t windows_protocol = 0;
  bool overlapped = true;

  friend constexpr bool operator==(const Traits&, const Traits&) = default;
};

enum class Life : std::uint8_t { free, open, closing };

/// What the program has done with a socket. The kernel may know better while `connecting` (K-31).
enum class Phase : std::uint8_t { fresh, listening, connecting, connected };

/// The kept cause of a connection's end: the kernel says it once, we say it for ever (K-28, K-90 to
/// K-92).
enum class Cause : std::uint8_t {
  none,
  keep_alive,       ///< Found dead by keep-alive; no call has reported it yet.
  keep_alive_told,  ///< WSAENETRESET has been given; later calls say WSAECONNRESET.
  retransmission,
  reset,
};

/// Options that Windows reads back as they were set, or that Linux has no place for.
struct OptionCells {
  std::atomic<std::int32_t> receive_buffer{-1};  ///< As set; -1: not set.
  std::atomic<std::int32_t> send_buffer{-1};
  std::atomic<std::uint32_t> receive_timeout_ms{0};
  std::atomic<std::uint32_t> send_timeout_ms{0};
  std::atomic<std::int64_t> retransmission_ms{0};  ///< TCP_MAXRT; 0: not set, -1: for ever.  K-76
  std::atomic<std::uint8_t> bits{0};               ///< OptionBit.
  std::atomic<std::uint16_t> control{0};           ///< ControlBit.
};

enum OptionBit : std::uint8_t {
  kReuseAddress = 1,
  kExclusiveAddress = 2,
  kDebug = 4,
  kDontRoute = 8,
  kConditionalAccept = 16,
  kContextUpdated = 32,  ///< SO_UPDATE_*_CONTEXT was set (K-34).
  kByConnectEx = 64,     ///< The request is one of ConnectEx, by list or by name (K-34, K-115).
  kAcceptPending = 128,  ///< An AcceptEx is to make this socket a connection.
};

/// What WSARecvMsg is to give as control data.
enum ControlBit : std::uint16_t {
  kIpPacketInfo = 1,
  kIpTtl = 2,
  kIpTypeOfService = 4,
  kIpEcn = 8,
  kIpv6PacketInfo = 16,
  kIpv6HopLimit = 32,
  kIpv6TrafficClass = 64,
  kIpv6Ecn = 128,
  kDestination =
      256,  ///< The kernel tells it, for MSG_BCAST and MSG_MCAST, whatever the program has set.
};

/// The address that a connect goes to, for getpeername while it is pending (K-115). Single words, so
/// that a reader beside a second connect sees some address and no race.
class AddressCell {
 public:
  void store(const os::SocketAddress& address) noexcept;
  void load(os::SocketAddress& address) const noexcept;

 private:
  std::array<std::atomic<std::uint64_t>, 4> words_{};  // A sockaddr_in6 has 28 bytes.
  std::atomic<std::uint32_t> size_{0};
};

enum ShutBit : std::uint8_t { kShutReceiving = 1, kShutSending = 2 };

class Channel;
class Selection;

class Socket {
  // First, and with `phase`, what every call reads.
  std::atomic<Life> life_{Life::free};
  int fd_ = -1;
  Traits traits_;

 public:
  /// The socket of that handle, open and ours; nullptr otherwise (K-23).
  [[nodiscard]] static Socket* find(Handle handle) noexcept;

  /// Makes the entry of a descriptor that is ours now. Fails with too_many_files beyond 2^24.
  [[nodiscard]] static Socket* open(int fd, const Traits& traits) noexcept;

  /// Calls `visit(Socket&)` for every open socket.
  template <typename Visit>
  static void for_each(Visit visit);

  /// The entry is free again; the descriptor's number may be used by others after this.
  void release() noexcept;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] Life life() const noexcept { return life_.load(std::memory_order_acquire); }
  /// From open to closing; false if another thread was first.
  [[nodiscard]] bool begin_closing() noexcept;
  [[nodiscard]] const Traits& traits() const noexcept { return traits_; }
  [[nodiscard]] bool is_tcp() const noexcept { return traits_.kind == Kind::tcp; }
  [[nodiscard]] bool is_stream() const noexcept {
    return traits_.kind == Kind::tcp || traits_.kind == Kind::local_stream;
  }

  std::atomic<Phase> phase{Phase::fresh};
  std::atomic<Cause> cause{Cause::none};
  std::atomic<bool> non_blocking{false};
  std::atomic<bool> kernel_non_blocking{
      false};                         ///< Whatever its mode: a listener of AcceptEx, TransmitFile.
  std::atomic<bool> shared{false};    ///< Other processes have it too: its mode may change unseen.
  std::atomic<bool> own_mode{false};  ///< By inheritance: the kernel's mode may be another.
  std::atomic<bool> bound{false};
  std::atomic<bool> reusable{
      false};  ///< Its connection has gone: free for AcceptEx though it is bound.
  std::atomic<bool> inheritable{true};           ///< By child processes, as Windows' handles are.
  std::atomic<bool> request_awaited{false};      ///< A thread is in connect, and will settle it.
  std::atomic<bool> by_accept{false};            ///< The connection was accepted.
  std::atomic<std::uint8_t> shut{0};             ///< ShutBit.
  std::atomic<std::uint16_t> selected{0};        ///< Events of WSAEventSelect; 0: none.
  std::atomic<std::int32_t> last_error{0};       ///< What SO_ERROR keeps (K-106).
  std::atomic<std::int64_t> connected_at_ns{0};  ///< Monotonic; 0: never (K-106).
  OptionCells options;
  AddressCell peer;
  std::atomic<Channel*> channel{nullptr};      ///< Of overlapped I/O; stays with the entry.
  std::atomic<Selection*> selection{nullptr};  ///< Of network events; stays with the entry.

 private:
  void reset() noexcept;
  [[nodiscard]] static Socket* slot(int fd) noexcept;
  static int limit() noexcept;
};

namespace detail {
// The table (socket.cpp): chunks that are made when a descriptor first falls into them.
inline constexpr int kChunkBits = 10;
inline constexpr int kChunkSize = 1 << kChunkBits;
inline constexpr int kDirectorySize = 1 << 14;
struct Chunk;
extern constinit std::array<std::atomic<Chunk*>, kDirectorySize> directory;
struct Chunk {
  std::array<Socket, kChunkSize> sockets;
};
}  // namespace detail

inline Socket* Socket::slot(int fd) noexcept {
  detail::Chunk* const chunk =
      detail::directory[static_cast<std::size_t>(fd >> detail::kChunkBits)].load(
          std::memory_order_acquire);
  return chunk ? &chunk->sockets[static_cast<std::size_t>(fd % detail::kChunkSize)] : nullptr;
}

inline Socket* Socket::find(Handle handle) noexcept {
  if (handle >= Handle{detail::kChunkSize} * detail::kDirectorySize) return nullptr;
  Socket* const socket = slot(static_cast<int>(handle));
  return socket && socket->life() == Life::open ? socket : nullptr;
}

template <typename Visit>
void Socket::for_each(Visit visit) {
  for (int fd = 0; fd < limit(); ++fd) {
    Socket* const socket = slot(fd);
    if (socket && socket->life() == Life::open) visit(*socket);
  }
}

}  // namespace wsalive::winsock

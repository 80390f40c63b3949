#include "winsock/transfer/transfer.hpp"

#include "winsock2.h"

#include <array>
#include <span>

#include "winsock/connection/connect.hpp"

namespace wsalive::winsock {

WsaError transfer_refusal(Socket& socket, os::Direction direction) noexcept {
  const auto shut = direction == os::Direction::send ? kShutSending : kShutReceiving;
  if (has_messages(socket)) {
    if ((socket.shut.load(std::memory_order_relaxed) & shut) != 0) return WsaError::shut_down;
    const bool deaf =
        direction == os::Direction::receive && !socket.bound.load(std::memory_order_relaxed);
    return deaf ? WsaError::invalid_argument : WsaError::none;
  }
  if (settle_phase(socket) != Phase::connected) return WsaError::not_connected;  // K-102
  const bool ended = (socket.shut.load(std::memory_order_relaxed) & shut) != 0;
  return ended ? WsaError::shut_down : WsaError::none;
}

namespace {

struct FlagRow {
  unsigned windows;
  unsigned ours;
};

// MSG_PARTIAL means nothing on a stream and to UDP, and is taken, as on Windows.
constexpr std::array kSendFlags{
    // clang-format off
    FlagRow{MSG_OOB,            os::kOutOfBand},
    FlagRow{MSG_DONTROUTE,      os::kDontRoute},
    FlagRow{MSG_PARTIAL,        os::kPlain},
    // clang-format on
};
constexpr std::array kReceiveFlags{
    // clang-format off
    FlagRow{MSG_OOB,            os::kOutOfBand},
    FlagRow{MSG_PEEK,           os::kPeek},
    FlagRow{MSG_WAITALL,        os::kWaitAll},
    FlagRow{MSG_PUSH_IMMEDIATE, os::kPlain},
    FlagRow{MSG_PARTIAL,        os::kPlain},
    // clang-format on
};

std::optional<unsigned> translate(unsigned windows, std::span<const FlagRow> rows) noexcept {
  unsigned ours = os::kPlain;
  for (const FlagRow& row : rows) {
    if ((windows & row.windows) == 0) continue;
    ours |= row.ours;
    windows &= ~row.windows;
  }
  if (windows != 0) return std::nullopt;
  return ours;
}

/// MSG_WAITALL waits for a whole buffer: of a stream that blocks, and of what is taken for good.
bool may_fill(Socket& socket, unsigned windows) noexcept {
  constexpr unsigned kNotWith = MSG_OOB | MSG_PEEK | MSG_PARTIAL;
  return !has_messages(socket) && (windows & kNotWith) == 0 && !is_non_blocking(socket);
}

}  // namespace

std::optional<unsigned> send_flags(const Socket& socket, unsigned windows) noexcept {
  if (windows == 0) [[likely]]
    return os::kPlain;
  if ((windows & MSG_OOB) != 0 && has_messages(socket)) return std::nullopt;
  return translate(windows, kSendFlags);
}

std::optional<unsigned> receive_flags(Socket& socket, unsigned windows) noexcept {
  if (windows == 0) [[likely]]
    return os::kPlain;
  if ((windows & MSG_OOB) != 0 && has_messages(socket)) return std::nullopt;
  if ((windows & MSG_WAITALL) != 0 && !may_fill(socket, windows)) return std::nullopt;
  return translate(windows, kReceiveFlags);
}

}  // namespace wsalive::winsock

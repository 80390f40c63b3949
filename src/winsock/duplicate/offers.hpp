// The sockets that this process has duplicated for others, until they are taken.
//
// Each is a descriptor of its own, so the source may be closed meanwhile. It is kept until its process takes it or
// ends, or this process ends. One thread serves those who come, and watches them, while something waits; then it ends,
// and the listener with it. Only the process that a duplicate is meant for gets it, and only for its token, once.
//
// A process that ends in good order while something waits stays for up to a second, so that it can still be taken.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tl/expected.hpp>

#include "base/owned.hpp"
#include "base/wsa_error.hpp"
#include "os/process/descriptor_passing.hpp"
#include "winsock/duplicate/socket_snapshot.hpp"

namespace wsalive::winsock {

using Token = std::array<std::byte, 16>;

/// Where a duplicate is to be had, as it travels in a WSAPROTOCOL_INFO.
struct Ticket {
  std::uint64_t listener = 0;
  Token token{};
  os::ProcessIdentity giver;
};

struct Duplicate {
  Fd socket;
  int lock_file = -1;  ///< The engine's; only its number is here.
  SocketSnapshot state;
};

/// The process that a duplicate is for.
struct Recipient {
  std::int32_t process = 0;
  Fd watch;  ///< Readable once it has ended.
};
/// WSAEINVAL if there is no such process; WSAEMFILE, WSAENOBUFS.
[[nodiscard]] tl::expected<Recipient, WsaError> find_recipient(std::int32_t process) noexcept;

/// Leaves a duplicate; its ticket in `ticket`. Errors: WSAEMFILE, WSAENOBUFS. Throws std::bad_alloc.
[[nodiscard]] WsaError offer_to(Recipient recipient, Duplicate duplicate, Ticket& ticket);

/// Takes one that this process has left for itself.
[[nodiscard]] std::optional<Duplicate> take_own(const Token& token) noexcept;

/// How many wait. For tests.
[[nodiscard]] std::size_t open_offers() noexcept;

// What goes over the line: a token there; an answer back; if the taker asks for it, the lock file.
enum class LockFileWish : std::uint8_t { no, yes };
struct Answer {
  std::uint32_t granted = 0;
  SocketSnapshot state;
};

}  // namespace wsalive::winsock

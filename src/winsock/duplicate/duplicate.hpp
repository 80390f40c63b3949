// The target's side of WSADuplicateSocket: the structure as a ticket, and the socket that it leads to.
#pragma once

#include <array>
#include <bit>
#include <cstring>

#include "winsock2.h"

#include "winsock/connection/connection.hpp"
#include "winsock/duplicate/offers.hpp"

namespace wsalive::winsock {

// The ticket travels in members that are empty in the catalog: the reserved one says that it is there, and from which
// process; the entries of a protocol chain, of which a base protocol has none, hold the rest.

struct TicketEntries {
  std::array<DWORD, 2> listener;
  std::array<DWORD, 4> token;
  DWORD user;
};

/// Whether the structure came from WSADuplicateSocket.
template <typename Info>
[[nodiscard]] bool is_duplicate(const Info& info) noexcept {
  return info.dwProviderReserved != 0;
}

template <typename Info>
void put_ticket(Info& info, const Ticket& ticket) noexcept {
  const TicketEntries entries{std::bit_cast<std::array<DWORD, 2>>(ticket.listener),
                              std::bit_cast<std::array<DWORD, 4>>(ticket.token), ticket.giver.user};
  static_assert(sizeof entries <= sizeof info.ProtocolChain.ChainEntries);
  info.dwProviderReserved = static_cast<DWORD>(ticket.giver.process);
  std::memcpy(info.ProtocolChain.ChainEntries, &entries, sizeof entries);
}

template <typename Info>
[[nodiscard]] Ticket ticket_in(const Info& info) noexcept {
  TicketEntries entries;
  std::memcpy(&entries, info.ProtocolChain.ChainEntries, sizeof entries);
  return {std::bit_cast<std::uint64_t>(entries.listener),
          std::bit_cast<Token>(entries.token),
          {static_cast<std::int32_t>(info.dwProviderReserved), entries.user}};
}

/// Takes the duplicate. Errors: WSAEINVAL (taken already, somebody else's, or the source's process has ended),
/// WSAEACCES (who stands in its place is not that process, or of another user), WSAEMFILE, WSAENOBUFS; WSAETIMEDOUT where that process does not answer within seconds.
[[nodiscard]] NewSocket take_duplicate(const Ticket& ticket, DWORD flags) noexcept;

}  // namespace wsalive::winsock

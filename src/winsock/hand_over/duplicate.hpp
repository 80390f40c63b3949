// The target's side of WSADuplicateSocket: the structure as a ticket, and the socket that it leads to.
#pragma once

#include <cstring>

#include "winsock2.h"

#include "winsock/create.hpp"
#include "winsock/hand_over/post.hpp"

namespace wsalive::winsock {

// The ticket travels in members that are empty in the catalog: the reserved one says that it is there, and the entries
// of a protocol chain, of which a base protocol has none, hold it.

/// Whether the structure came from WSADuplicateSocket.
template <typename Info>
[[nodiscard]] bool is_duplicate(const Info& info) noexcept {
  return info.dwProviderReserved != 0;
}

template <typename Info>
void put_ticket(Info& info, const Ticket& ticket) noexcept {
  static_assert(sizeof ticket <= sizeof info.ProtocolChain.ChainEntries);
  static_assert(sizeof ticket == sizeof ticket.post + sizeof ticket.token);
  info.dwProviderReserved = 1;
  std::memcpy(info.ProtocolChain.ChainEntries, &ticket, sizeof ticket);
}

template <typename Info>
[[nodiscard]] Ticket ticket_in(const Info& info) noexcept {
  Ticket ticket;
  std::memcpy(&ticket, info.ProtocolChain.ChainEntries, sizeof ticket);
  return ticket;
}

/// Takes the duplicate. Errors: WSAEINVAL (taken already, somebody else's, or the source's process has ended),
/// WSAEMFILE, WSAENOBUFS; WSAETIMEDOUT where that process does not answer within seconds.
[[nodiscard]] NewSocket take_duplicate(const Ticket& ticket, DWORD flags) noexcept;

}  // namespace wsalive::winsock

// A question of getaddrinfo and its relatives, and the answer: checks the hints, looks the service up, then the host,
// and gives every address once for each type that the service has.
//
// Windows' answers differ from the C library's, so the C library looks up only the host: the type and the
// protocol are echoed from the hints, 0 included, and the empty name is this machine.
#pragma once

#include <winsock2.h>
#include <ws2tcpip.h>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/owned.hpp"
#include "base/wsa_error.hpp"
#include "os/memory/program_memory.hpp"
#include "os/names/resolver.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/names/program_text.hpp"

namespace wsalive::winsock {

/// A program's question, its text in UTF-8.
struct Question {
  std::optional<std::string> node;
  std::optional<std::string> service;
  int flags = 0;
  int family = AF_UNSPEC;
  int type = 0;
  int protocol = 0;
};

/// A type of socket that the service has, and its port.
struct Offer {
  int type;
  std::uint16_t port;
};

/// What was found; `host` and `offers` are not empty.
struct Finding {
  os::Host host;
  std::vector<Offer> offers;
};

/// Why the question cannot be asked; none if it can.
[[nodiscard]] WsaError check(const Question& question);

/// Looks the answer up; blocks for as long as the resolver does. Throws std::bad_alloc.
[[nodiscard]] os::Resolved<Finding> answer_to(const Question& question);

// ---------------------------------------------------------------------------------------------

/// One answer with the memory that it points into; a list of them is what freeaddrinfo frees.
template <typename Info>
struct Node {
  Info info{};  // First, so that a pointer to it is one to the node.
  SockaddrImage address;
  std::basic_string<std::remove_pointer_t<decltype(Info::ai_canonname)>> name;
};

template <typename Info>
void free_list(Info* list) noexcept {
  while (list) {
    const std::unique_ptr<Node<Info>> node{reinterpret_cast<Node<Info>*>(list)};
    list = list->ai_next;
  }
}

template <typename Info>
std::unique_ptr<Node<Info>> make_node(const Question& question, const Offer& offer,
                                      os::Endpoint endpoint) {
  auto node = std::make_unique<Node<Info>>();
  endpoint.port = offer.port;
  node->address = image_of(endpoint);
  node->info.ai_family = windows_family(endpoint.family);
  node->info.ai_socktype = offer.type;
  node->info.ai_protocol = question.protocol;
  node->info.ai_addrlen = node->address.size;
  node->info.ai_addr = reinterpret_cast<sockaddr*>(node->address.bytes.data());
  return node;
}

template <typename Info>
using List = std::unique_ptr<Info, Releases<free_list<Info>>>;

/// The answer as the program gets it, for free_list. Throws std::bad_alloc.
template <typename Info>
List<Info> make_list(const Question& question, const Finding& found) {
  using Char = std::remove_pointer_t<decltype(Info::ai_canonname)>;
  List<Info> list;
  Info* last = nullptr;
  for (const os::Endpoint& endpoint : found.host.addresses) {
    for (const Offer& offer : found.offers) {
      Info* const next = &make_node<Info>(question, offer, endpoint).release()->info;
      if (last) {
        last->ai_next = next;
      } else {
        list.reset(next);
      }
      last = next;
    }
  }
  if ((question.flags & (AI_CANONNAME | AI_FQDN)) != 0) {
    auto* const first = reinterpret_cast<Node<Info>*>(list.get());
    first->name = for_program<Char>(found.host.name);
    first->info.ai_flags = AI_CANONNAME;
    first->info.ai_canonname = first->name.data();
  }
  return list;
}

/// Copies the hints. WSANO_RECOVERY unless the members for answers are zero.
template <typename Info>
WsaError take_hints(const Info* hints, Question& question) {
  if (!hints) return WsaError::none;
  Info own{};
  if (!os::read_program(hints, &own, sizeof own)) return WsaError::fault;
  if (own.ai_addrlen != 0 || own.ai_canonname || own.ai_addr || own.ai_next) {
    return WsaError::no_recovery;
  }
  question.flags = own.ai_flags;
  question.family = own.ai_family;
  question.type = own.ai_socktype;
  question.protocol = own.ai_protocol;
  return WsaError::none;
}

}  // namespace wsalive::winsock

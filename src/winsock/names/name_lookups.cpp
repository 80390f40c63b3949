// The look-ups of winsock2.h: hosts, services and protocols by name and by number, each answered in the
// calling thread's own structure.

#include <winsock2.h>

#include <new>
#include <tuple>
#include <utility>

#include "os/memory/program_memory.hpp"
#include "os/names/resolver.hpp"
#include "os/process/threads.hpp"
#include "winsock/call.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/names/name_entries.hpp"
#include "winsock/names/program_text.hpp"

namespace wsalive::winsock {
namespace {

/// A thread's structures. On the heap, because a library that dlopen loads has only a few bytes of static thread storage.
using Entries = std::tuple<HostEntry, ServiceEntry, ProtocolEntry>;
constinit thread_local Entries* t_entries = nullptr;
constinit os::ThreadEndWork drop_entries_at_end{
    .run = []() noexcept { delete std::exchange(t_entries, nullptr); }};

/// The calling thread's structure. Throws std::bad_alloc.
template <typename Entry>
Entry& own_entry() {
  if (!os::run_at_thread_end(drop_entries_at_end)) throw std::bad_alloc{};
  if (!t_entries) t_entries = new Entries;
  return std::get<Entry>(*t_entries);
}

/// Runs `body(entry)`, which fills the thread's structure in and returns a code. \return the filled structure, or NULL.
template <typename Entry, typename Body>
auto answer(Body body) noexcept {
  decltype(std::declval<Entry&>().fill({})) found = nullptr;
  const WsaError refused = guarded([&] {
    if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
    return body(own_entry<Entry>(), found);
  });
  if (refused == WsaError::none) return found;
  store_last_error(refused);
  return decltype(found){};
}

WsaError fill_host(HostEntry& entry, hostent*& found, os::Resolved<os::Host> host) {
  if (!host) return host.error();
  if (host->addresses.empty()) return WsaError::no_data;
  found = entry.fill(std::move(*host));
  return WsaError::none;
}

/// For services and protocols: what is not in the files is WSANO_DATA.
template <typename Entry, typename Pointer, typename Found>
WsaError fill_found(Entry& entry, Pointer& pointer, std::optional<Found> found) {
  if (!found) return WsaError::no_data;
  pointer = entry.fill(std::move(*found));
  return WsaError::none;
}

WsaError fill_host_of(HostEntry& entry, hostent*& found, const char* address, int length,
                      int number) {
  os::Endpoint endpoint{.family = family_of_windows(number)};
  const std::size_t size = os::address_size(endpoint.family);
  if (size == 0) return WsaError::family_not_supported;
  if (length < static_cast<int>(size)) return WsaError::fault;
  if (!os::read_program(address, endpoint.address.data(), size)) return WsaError::fault;
  return fill_host(entry, found, os::find_host_of(endpoint));
}

}  // namespace
}  // namespace wsalive::winsock

using namespace wsalive;           // NOLINT(google-build-using-namespace): only exported
using namespace wsalive::winsock;  // NOLINT(google-build-using-namespace): functions follow.

struct hostent* gethostbyname(const char* name) {
  return answer<HostEntry>([name](HostEntry& entry, hostent*& found) {
    if (name && !is_readable_text(name)) return WsaError::fault;
    return fill_host(entry, found, os::find_ipv4_host(name ? name : ""));
  });
}

struct hostent* gethostbyaddr(const char* addr, int len, int type) {
  return answer<HostEntry>([=](HostEntry& entry, hostent*& found) {
    return fill_host_of(entry, found, addr, len, type);
  });
}

struct servent* getservbyname(const char* name, const char* proto) {
  return answer<ServiceEntry>([=](ServiceEntry& entry, servent*& found) {
    if (!name) return WsaError::fault;
    return fill_found(entry, found, os::service_named(name, proto));
  });
}

struct servent* getservbyport(int port, const char* proto) {
  return answer<ServiceEntry>([=](ServiceEntry& entry, servent*& found) {
    return fill_found(entry, found, os::service_on(ntohs(static_cast<u_short>(port)), proto));
  });
}

struct protoent* getprotobyname(const char* name) {
  return answer<ProtocolEntry>([name](ProtocolEntry& entry, protoent*& found) {
    if (!name) return WsaError::fault;
    return fill_found(entry, found, os::protocol_named(name));
  });
}

struct protoent* getprotobynumber(int number) {
  return answer<ProtocolEntry>([number](ProtocolEntry& entry, protoent*& found) {
    return fill_found(entry, found, os::protocol_numbered(number));
  });
}

// gethostname and GetHostNameW: this machine's name, whole or not at all.

namespace wsalive::winsock {
namespace {

template <typename Char>
int give_host_name(Char* place, int room) {
  return finish(guarded([&] {
    if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
    const auto text = for_program<Char>(os::host_name());
    if (room <= static_cast<int>(text.size())) return WsaError::fault;
    return write_text(place, text) ? WsaError::none : WsaError::fault;
  }));
}

}  // namespace
}  // namespace wsalive::winsock

int gethostname(char* name, int namelen) { return wsalive::winsock::give_host_name(name, namelen); }
int GetHostNameW(PWSTR name, int namelen) {
  return wsalive::winsock::give_host_name(name, namelen);
}

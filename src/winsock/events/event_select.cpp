// WSAEventSelect and WSAEnumNetworkEvents.

#include "winsock2.h"

#include <algorithm>
#include <utility>

#include "kernel/handle_table.hpp"
#include "kernel/sync_objects.hpp"
#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selection.hpp"
#include "winsock/options/ioctl.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

static_assert(kMostNetworkEvents == FD_MAX_EVENTS);

kernel::Pinned<kernel::Event> find_event(WSAEVENT event) {
  return kernel::handles().find<kernel::Event>(reinterpret_cast<kernel::HandleValue>(event));
}

WsaError select_events(SOCKET handle, WSAEVENT event, long events) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  if ((events & ~long{FD_ALL_EVENTS}) != 0) return WsaError::invalid_argument;
  kernel::Ref<kernel::Event> found;
  if (events != 0) {
    found = find_event(event).share();
    if (!found) return WsaError::invalid_argument;
  }
  Selection& selection = Selection::of(*socket);
  const WsaError bad = change_blocking(*socket, os::Blocking::no);
  if (bad != WsaError::none) return bad;
  return selection.choose(std::move(found), static_cast<NetworkEvents>(events));
}

WSANETWORKEVENTS as_windows(const NetworkRecord& record) {
  WSANETWORKEVENTS events{};
  events.lNetworkEvents = record.events;
  std::transform(record.codes.begin(), record.codes.end(), events.iErrorCode,
                 [](WsaError code) { return static_cast<int>(code); });
  return events;
}

WsaError enumerate(SOCKET handle, WSAEVENT event, WSANETWORKEVENTS* events) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  if (!can_store(events)) return WsaError::fault;
  const auto found = find_event(event);
  if (event && !found) return WsaError::invalid_argument;
  Selection* const selection = socket->selection.load(std::memory_order_acquire);
  if (!selection && found) found->clear();
  const NetworkRecord record = selection ? selection->take_record(found.get()) : NetworkRecord{};
  return os::store_program(events, as_windows(record)) ? WsaError::none : WsaError::fault;
}

}  // namespace
}  // namespace wsalive::winsock

int WSAEventSelect(SOCKET s, WSAEVENT hEventObject, long lNetworkEvents) {
  using namespace wsalive::winsock;
  return finish(guarded([&] { return select_events(s, hEventObject, lNetworkEvents); }));
}

int WSAEnumNetworkEvents(SOCKET s, WSAEVENT hEventObject, LPWSANETWORKEVENTS lpNetworkEvents) {
  using namespace wsalive::winsock;
  return finish(enumerate(s, hEventObject, lpNetworkEvents));
}

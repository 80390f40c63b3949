// WSACreateEvent and its family: the kernel's events under Winsock's names and checks.

#include "winsock2.h"

#include <array>
#include <new>
#include <span>
#include <utility>

#include "kernel/handle_table.hpp"
#include "kernel/sync_objects.hpp"
#include "kernel/wait.hpp"
#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

using kernel::handles;

kernel::HandleValue value_of(WSAEVENT event) {
  return reinterpret_cast<kernel::HandleValue>(event);
}

WSAEVENT create_event() {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    store_last_error(refusal);
    return WSA_INVALID_EVENT;
  }
  kernel::HandleValue handle = 0;
  try {
    handle = handles().insert(kernel::make<kernel::Event>(kernel::Reset::manual, false));
  } catch (const std::bad_alloc&) {
    handle = 0;
  }
  if (handle == 0) store_last_error(WsaError::not_enough_memory);
  return reinterpret_cast<WSAEVENT>(handle);  // NOLINT(performance-no-int-to-ptr)
}

/// Calls `act` with the event. \return what it answers, or why it was not called.
template <typename Act>
WsaError with_event(WSAEVENT event, Act act) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const auto found = handles().find<kernel::Event>(value_of(event));
  return found ? act(*found) : WsaError::invalid_handle;
}

/// A wait as the program asked for it.
struct WaitRequest {
  DWORD count;
  const WSAEVENT* events;
  BOOL all;
  DWORD milliseconds;
  BOOL alertable;
};

DWORD answer_of(const kernel::WaitResult& result) {
  switch (result.end) {
    case kernel::WaitEnd::satisfied:
      return WSA_WAIT_EVENT_0 + result.index;
    case kernel::WaitEnd::abandoned:
      return WAIT_ABANDONED_0 + result.index;
    case kernel::WaitEnd::apcs_ran:
      return WSA_WAIT_IO_COMPLETION;
    case kernel::WaitEnd::timed_out:
      break;
  }
  return WSA_WAIT_TIMEOUT;
}

WsaError find_all(const WaitRequest& request, kernel::WaitObjects& objects) {
  if (request.count == 0 || request.count > WSA_MAXIMUM_WAIT_EVENTS || !request.events) {
    return WsaError::invalid_parameter;
  }
  std::array<WSAEVENT, kernel::kMostWaitObjects> events{};
  if (!os::read_program(request.events, events.data(), request.count * sizeof events[0])) {
    return WsaError::fault;
  }
  for (const WSAEVENT event : std::span{events}.first(request.count)) {
    if (!objects.add(value_of(event))) return WsaError::invalid_handle;
  }
  return request.all && objects.has_one_twice() ? WsaError::invalid_parameter : WsaError::none;
}

WsaError wait(const WaitRequest& request, DWORD& answer) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  const auto deadline = kernel::Deadline::after(request.milliseconds);
  kernel::WaitObjects objects;
  if (const WsaError bad = find_all(request, objects); bad != WsaError::none) return bad;
  answer = answer_of(
      kernel::wait(objects.all(), request.all ? kernel::WaitFor::all : kernel::WaitFor::any,
                   deadline, request.alertable ? kernel::Alertable::yes : kernel::Alertable::no));
  return WsaError::none;
}

}  // namespace
}  // namespace wsalive::winsock

using namespace wsalive;
using namespace wsalive::winsock;

WSAEVENT WSACreateEvent(void) { return create_event(); }

BOOL WSACloseEvent(WSAEVENT hEvent) {
  return finish_flag(with_event(hEvent, [&](kernel::Event& /*event*/) {
    return handles().close(value_of(hEvent)) ? WsaError::none : WsaError::invalid_handle;
  }));
}

BOOL WSASetEvent(WSAEVENT hEvent) {
  return finish_flag(with_event(hEvent, [](kernel::Event& event) {
    event.set();
    return WsaError::none;
  }));
}

BOOL WSAResetEvent(WSAEVENT hEvent) {
  return finish_flag(with_event(hEvent, [](kernel::Event& event) {
    event.clear();
    return WsaError::none;
  }));
}

DWORD WSAWaitForMultipleEvents(DWORD cEvents, const WSAEVENT* lphEvents, BOOL fWaitAll,
                               DWORD dwTimeout, BOOL fAlertable) {
  DWORD answer = WSA_WAIT_FAILED;
  WsaError code = WsaError::not_enough_memory;
  try {
    code = wait({cEvents, lphEvents, fWaitAll, dwTimeout, fAlertable}, answer);
  } catch (const std::bad_alloc&) {
    answer = WSA_WAIT_FAILED;
  }
  if (code != WsaError::none) store_last_error(code);
  return answer;
}

// accept and WSAAccept.

#include "winsock/connection/connection.hpp"

#include "winsock2.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <map>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "os/errno_table.hpp"
#include "os/socket/poll.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/tcp/abort_connection.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/hooks.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

template <typename T>
void copy_value(const std::atomic<T>& from, std::atomic<T>& to) {
  to.store(from.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

/// A closed listener ends the call (K-109); any other interruption does not (K-110).
WsaError accept_error(const Socket& listener, int error) {
  if (listener.life() != Life::open) return WsaError::interrupted;
  switch (error) {
    case EAGAIN:
      return listener.non_blocking.load(std::memory_order_relaxed) ? WsaError::would_block
                                                                   : WsaError::timed_out;
    case ECONNABORTED:
      return WsaError::connection_reset;
    default:
      return os::wsa_error(error);
  }
}

/// If there is a blocking hook to call or calls may be queued to the thread (K-136), the wait happens here. Then the accept
/// must not wait in the kernel, even if another thread has taken the connection first.
WsaError await_connection(Socket& listener, bool non_blocking) {
  if (non_blocking || !waits_by_itself()) [[likely]]
    return WsaError::none;
  const bool is_ours = !listener.shared.load(std::memory_order_relaxed) &&
                       !listener.own_mode.load(std::memory_order_relaxed);
  if (is_ours) static_cast<void>(stop_blocking(listener));
  return wait_until_ready(listener, os::kReadable, std::nullopt);
}

/// accept(2) has no flag against waiting. If another process may have made the kernel's listener blocking, checks first
/// whether there is a connection.
bool may_be_accepted(const Socket& listener) {
  if (!listener.own_mode.load(std::memory_order_relaxed)) [[likely]]
    return true;
  os::Watched watched{listener.fd(), os::kReadable};
  return os::wait_for(&watched, 1, std::chrono::nanoseconds{0}) != 0;
}

/// Whether a blocking accept continues for which the kernel did not wait: another process has changed the kernel's mode.
bool is_early(const Socket& listener) {
  return listener.kernel_non_blocking.load(std::memory_order_relaxed) ||
         listener.options.receive_timeout_ms.load(std::memory_order_relaxed) == 0;
}

/// A connection for this listener, deferred ones first; or the code of the call.
tl::expected<Fd, WsaError> next_connection(Socket& listener, os::SocketAddress& peer) {
  const bool non_blocking = is_non_blocking(listener);
  const auto mode = non_blocking ? os::Blocking::no : os::Blocking::yes;
  for (;;) {
    if (Fd deferred = take_deferred(listener)) {
      static_cast<void>(os::name_of(deferred.get(), os::End::peer, peer));
      return deferred;
    }
    const WsaError ended = await_connection(listener, non_blocking);
    if (ended != WsaError::none) return tl::unexpected{ended};
    if (non_blocking && !may_be_accepted(listener)) return tl::unexpected{WsaError::would_block};
    const int fd = os::accept_on(listener.fd(), mode, &peer);
    if (fd >= 0) return Fd{fd};
    if (fd == -EINTR && listener.life() == Life::open) continue;
    if (fd == -EAGAIN && !non_blocking && is_early(listener)) {
      const WsaError waited = wait_until_ready(listener, os::kReadable, std::nullopt);
      if (waited != WsaError::none) return tl::unexpected{waited};
      continue;
    }
    return tl::unexpected{accept_error(listener, -fd)};
  }
}

/// A WSAAccept's condition function and its arguments.
struct Condition {
  LPCONDITIONPROC ask = nullptr;
  DWORD_PTR data = 0;
};

WSABUF as_buffer(os::SocketAddress& address) {
  return {address.size, reinterpret_cast<CHAR*>(address.bytes.data())};
}

/// Calls the condition function, from which no other call may be made (K-22).
int ask(const Condition& condition, int fd, os::SocketAddress peer) {
  os::SocketAddress own;
  static_cast<void>(os::name_of(fd, os::End::own, own));
  to_windows(peer);
  to_windows(own);
  WSABUF caller = as_buffer(peer);
  WSABUF callee = as_buffer(own);
  WSABUF no_data{};
  GROUP group = 0;
  const Runtime::CallInProgress guard;
  return condition.ask(&caller, &no_data, nullptr, nullptr, &callee, &no_data, &group,
                       condition.data);
}

WsaError put_back(const Socket& listener, Fd connection, WsaError answer) {
  return defer(listener, std::move(connection)) ? answer : WsaError::no_buffers;
}

/// The kernel has answered the peer already, so a rejected connection is reset.  K-22
WsaError put_to_condition(const Socket& listener, const Condition& condition, Fd& connection,
                          const os::SocketAddress& peer) {
  if (!condition.ask) return WsaError::none;
  switch (ask(condition, connection.get(), peer)) {
    case CF_ACCEPT:
      return WsaError::none;
    case CF_DEFER:
      return put_back(listener, std::move(connection), WsaError::try_again);
    case CF_REJECT:
      os::abort_connection(std::move(connection));
      return WsaError::connection_refused;
    default:
      return put_back(listener, std::move(connection), WsaError::invalid_argument);
  }
}

WsaError accept_refusal(Socket& listener, AddressOutlet& outlet) {
  if (const WsaError bad = outlet.check(listener); bad != WsaError::none) return bad;
  if (has_messages(listener)) return WsaError::operation_not_supported;
  const bool listens = listener.phase.load(std::memory_order_acquire) == Phase::listening;
  return listens ? WsaError::none : WsaError::invalid_argument;
}

/// If one of the two is missing, no address is given (K-143).
AddressOutlet outlet_of(sockaddr* name, int* size) { return {size ? name : nullptr, size}; }

NewSocket accept_call(SOCKET handle, AddressOutlet outlet, const Condition& condition) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return tl::unexpected{refusal};
  }
  const Entered entered{handle};
  Socket* const listener = entered.socket();
  if (!listener) return tl::unexpected{WsaError::not_a_socket};
  Enabling enabling{*listener, FD_ACCEPT};
  if (const WsaError refused = accept_refusal(*listener, outlet); refused != WsaError::none) {
    return tl::unexpected{refused};
  }
  os::SocketAddress peer;
  auto connection = next_connection(*listener, peer);
  if (!connection) return tl::unexpected{connection.error()};
  const WsaError verdict = put_to_condition(*listener, condition, *connection, peer);
  if (verdict == WsaError::try_again) enabling.forget();
  if (verdict != WsaError::none) return tl::unexpected{verdict};
  // The memory was good before the call. If another thread has unmapped it meanwhile, only the name is lost.
  static_cast<void>(outlet.give(peer));
  return adopt_accepted(*listener, connection->release());
}

/// What was asked of the listener is asked of the accepted socket: in force when it is connected.
void inherit_keep_alive(const Socket& listener, const Socket& accepted) {
  if (const auto asked = runtime().engine().asked(listener.fd())) {
    static_cast<void>(runtime().engine().take_over(accepted.fd(), *asked));
  }
}

}  // namespace

void inherit(const Socket& listener, Socket& accepted) {
  copy_value(listener.non_blocking, accepted.non_blocking);
  copy_value(listener.options.receive_buffer, accepted.options.receive_buffer);
  copy_value(listener.options.send_buffer, accepted.options.send_buffer);
  copy_value(listener.options.receive_timeout_ms, accepted.options.receive_timeout_ms);
  copy_value(listener.options.send_timeout_ms, accepted.options.send_timeout_ms);
  copy_value(listener.options.retransmission_ms, accepted.options.retransmission_ms);
  copy_value(listener.options.bits, accepted.options.bits);
}

NewSocket adopt_accepted(const Socket& listener, int fd) noexcept {
  NewSocket handle = enter_table(fd, listener.traits());
  if (!handle) return handle;
  Socket& accepted = *Socket::find(*handle);
  inherit(listener, accepted);
  inherit_keep_alive(listener, accepted);
  accepted.bound.store(true, std::memory_order_relaxed);
  accepted.by_accept.store(true, std::memory_order_relaxed);
  accepted.phase.store(Phase::connecting, std::memory_order_release);
  become_connected(accepted);
  if (inherit_selection(listener, accepted)) return handle;
  close_now(accepted);
  return tl::unexpected{WsaError::no_buffers};
}

}  // namespace wsalive::winsock

SOCKET accept(SOCKET s, struct sockaddr* addr, int* addrlen) {
  using namespace wsalive::winsock;
  return finish_handle(accept_call(s, outlet_of(addr, addrlen), {}));
}

SOCKET WSAAccept(SOCKET s, struct sockaddr* addr, LPINT addrlen, LPCONDITIONPROC lpfnCondition,
                 DWORD_PTR dwCallbackData) {
  using namespace wsalive::winsock;
  return finish_handle(accept_call(s, outlet_of(addr, addrlen), {lpfnCondition, dwCallbackData}));
}

namespace wsalive::winsock {
namespace {

using HeldBack = std::map<int, std::vector<Fd>>;  // By listener; the next one last.

std::mutex g_deferred_mutex;
constinit std::atomic<int> g_count{0};

HeldBack& held_back() {
  static auto* const connections = new HeldBack;  // Never destroyed: used until the process ends.
  return *connections;
}

bool nobody_waits() { return g_count.load(std::memory_order_acquire) == 0; }

}  // namespace

bool defer(const Socket& listener, Fd connection) noexcept {
  try {
    const std::lock_guard lock{g_deferred_mutex};
    std::vector<Fd>& of_listener = held_back()[listener.fd()];
    of_listener.reserve(of_listener.size() + 1);
    of_listener.push_back(std::move(connection));
  } catch (const std::bad_alloc&) {
    os::abort_connection(std::move(connection));
    return false;
  }
  g_count.fetch_add(1, std::memory_order_release);
  return true;
}

Fd take_deferred(const Socket& listener) noexcept {
  if (nobody_waits()) return {};
  const std::lock_guard lock{g_deferred_mutex};
  const auto found = held_back().find(listener.fd());
  if (found == held_back().end() || found->second.empty()) return {};
  Fd connection = std::move(found->second.back());
  found->second.pop_back();
  if (found->second.empty()) held_back().erase(found);
  g_count.fetch_sub(1, std::memory_order_release);
  return connection;
}

bool has_deferred(const Socket& listener) noexcept {
  if (nobody_waits()) return false;
  const std::lock_guard lock{g_deferred_mutex};
  const auto found = held_back().find(listener.fd());
  return found != held_back().end() && !found->second.empty();
}

bool any_deferred() noexcept { return !nobody_waits(); }

void drop_deferred(const Socket& listener) noexcept {
  while (take_deferred(listener)) {
  }
}

}  // namespace wsalive::winsock

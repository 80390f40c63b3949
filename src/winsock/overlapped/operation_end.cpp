// WSAGetOverlappedResult, and what GetOverlappedResult shares with it.

#include "winsock/overlapped/operation_end.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "kernel/dispatcher.hpp"
#include "kernel/handle_table.hpp"
#include "kernel/sync_objects.hpp"
#include "kernel/thread.hpp"
#include "os/memory/program_memory.hpp"
#include "os/process/threads.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/runtime.hpp"
#include "winsock2.h"

namespace wsalive::winsock {
namespace {

struct StatusRow {
  WsaError wsa;
  NtStatus status;
  std::uint32_t win32;
};

constexpr std::uint32_t code(WsaError error) { return static_cast<std::uint32_t>(error); }

// A status that stands twice is read back as its first row. K-90: WSAENETRESET has no NTSTATUS that Microsoft
// documents; STATUS_NETWORK_NAME_DELETED is our choice.
constexpr std::array kStatusCodes{
    // clang-format off
    StatusRow{WsaError::none,                    kSuccess,        0},
    StatusRow{WsaError::operation_aborted,       kCancelled,      ERROR_OPERATION_ABORTED},
    StatusRow{WsaError::message_size,            kBufferOverflow, ERROR_MORE_DATA},
    StatusRow{WsaError::connection_reset,        0xC000'020D,     ERROR_NETNAME_DELETED},
    StatusRow{WsaError::network_reset,           0xC000'00C9,     ERROR_NETNAME_DELETED},
    StatusRow{WsaError::connection_aborted,      0xC000'0241,     ERROR_CONNECTION_ABORTED},
    StatusRow{WsaError::connection_refused,      0xC000'0236,     ERROR_CONNECTION_REFUSED},
    StatusRow{WsaError::timed_out,               0xC000'00B5,     ERROR_SEM_TIMEOUT},
    StatusRow{WsaError::network_unreachable,     0xC000'023C,     ERROR_NETWORK_UNREACHABLE},
    StatusRow{WsaError::host_unreachable,        0xC000'023D,     ERROR_HOST_UNREACHABLE},
    StatusRow{WsaError::fault,                   0xC000'0005,     ERROR_NOACCESS},
    StatusRow{WsaError::invalid_argument,        0xC000'000D,     ERROR_INVALID_PARAMETER},
    StatusRow{WsaError::no_buffers,              0xC000'009A,     ERROR_NO_SYSTEM_RESOURCES},
    StatusRow{WsaError::access_denied,           0xC000'0022,     ERROR_ACCESS_DENIED},
    StatusRow{WsaError{ERROR_HANDLE_EOF},    0xC000'0011,     ERROR_HANDLE_EOF},
    StatusRow{WsaError::not_connected,           0xC000'023A,     ERROR_CONNECTION_INVALID},
    // clang-format on
};

constexpr NtStatus kCarried = 0xC007'0000;  // FACILITY_NTWIN32.
constexpr NtStatus kCarriedMask = 0xFFFF'0000;

}  // namespace

NtStatus status_of(WsaError error) noexcept {
  const auto* const row = std::ranges::find(kStatusCodes, error, &StatusRow::wsa);
  return row != kStatusCodes.end() ? row->status : kCarried | code(error);
}

WsaError wsa_error_of(NtStatus status) noexcept {
  const auto* const row = std::ranges::find(kStatusCodes, status, &StatusRow::status);
  if (row != kStatusCodes.end()) return row->wsa;
  if ((status & kCarriedMask) == kCarried) return static_cast<WsaError>(status & ~kCarriedMask);
  return status < 0x8000'0000 ? WsaError::none : WsaError::invalid_argument;
}

std::uint32_t win32_error_of(NtStatus status) noexcept {
  const auto* const row = std::ranges::find(kStatusCodes, status, &StatusRow::status);
  if (row != kStatusCodes.end()) return row->win32;
  if ((status & kCarriedMask) == kCarried) return status & ~kCarriedMask;
  return status < 0x8000'0000 ? 0 : ERROR_MR_MID_NOT_FOUND;
}

namespace {

using kernel::Deadline;

/// The operation for whose end the calling thread waits without an event.
constinit thread_local OVERLAPPED* t_awaited = nullptr;

/// "Some operation has ended", for threads that wait without an event: each end makes all of them check, and is not consumed by
/// one of them. A waiting thread checks under the dispatcher's lock before it sleeps, so it misses no end.
class AnyEnd final : public kernel::WaitObject {
 public:
  AnyEnd() noexcept : WaitObject(kernel::Kind::event) {}

  void tell() noexcept {
    kernel::DispatcherLock lock;
    tells_ = true;
    signal_waiters(lock);
    tells_ = false;
  }
  [[nodiscard]] bool is_signaled(const kernel::Thread& thread) const noexcept override {
    return tells_ || (&thread == kernel::attached_thread() && status_in(*t_awaited) != kPending);
  }
  kernel::Taken take(kernel::Thread& /*thread*/) noexcept override {
    return kernel::Taken::normally;
  }

 private:
  bool tells_ = false;
};

AnyEnd& any_end() {
  static auto* const end = new AnyEnd;
  return *end;
}
constinit std::atomic<int> g_waiting{0};

Awaited as_awaited(const kernel::WaitResult& result) {
  switch (result.end) {
    case kernel::WaitEnd::timed_out:
      return Awaited::timed_out;
    case kernel::WaitEnd::apcs_ran:
      return Awaited::apcs_ran;
    default:
      return Awaited::ended;
  }
}

Awaited await_any_end(OVERLAPPED& overlapped, Deadline deadline, kernel::Alertable alertable) {
  static_cast<void>(kernel::current_thread());  // May throw for lack of memory; nothing below does.
  AnyEnd& end = any_end();
  OVERLAPPED* const outer = std::exchange(t_awaited, &overlapped);  // A routine may wait, too.
  g_waiting.fetch_add(1);
  Awaited awaited = Awaited::ended;
  while (awaited == Awaited::ended && status_in(overlapped) == kPending) {
    awaited = as_awaited(kernel::wait(end, deadline, alertable));
  }
  g_waiting.fetch_sub(1);
  t_awaited = outer;
  return status_in(overlapped) != kPending ? Awaited::ended : awaited;
}

struct Question {
  SOCKET handle;
  WSAOVERLAPPED* overlapped;
  DWORD* bytes;
  BOOL wait;
  DWORD* flags;
};

/// The operation may be writing its end into the first half, so that half is read only if the second one lies in
/// another page.
bool can_be_read(const OVERLAPPED* overlapped) {
  constexpr std::uintptr_t kPage = 4096;
  if (os::is_on_stack(overlapped, sizeof *overlapped)) return true;
  const auto at = reinterpret_cast<std::uintptr_t>(overlapped);
  const bool is_cut = at / kPage != (at + sizeof *overlapped - 1) / kPage;
  const std::size_t first = is_cut ? 0 : offsetof(OVERLAPPED, Pointer);
  std::array<char, sizeof(OVERLAPPED)> copy;  // Not cleared.
  return os::read_program(reinterpret_cast<const char*>(overlapped) + first, copy.data(),
                          copy.size() - first);
}

WsaError result_call(const Question& question) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  if (!Entered{question.handle}.socket()) return WsaError::not_a_socket;
  if (!can_store(question.bytes) || !can_store(question.flags)) return WsaError::fault;
  if (!can_be_read(question.overlapped)) return WsaError::fault;
  OVERLAPPED& overlapped = *question.overlapped;
  if (question.wait && status_in(overlapped) == kPending) {
    const Awaited awaited = await_end(overlapped, Deadline::never(), kernel::Alertable::no);
    if (awaited != Awaited::ended) return WsaError::io_incomplete;
  }
  const NtStatus status = status_in(overlapped);
  if (status == kPending) return WsaError::io_incomplete;
  *question.bytes = static_cast<DWORD>(overlapped.InternalHigh);
  *question.flags = status == kBufferOverflow ? MSG_PARTIAL : 0;
  return wsa_error_of(status);
}

}  // namespace

NtStatus status_in(OVERLAPPED& overlapped) noexcept {
  return static_cast<NtStatus>(
      std::atomic_ref{overlapped.Internal}.load(std::memory_order_seq_cst));
}

Awaited await_end(OVERLAPPED& overlapped, Deadline deadline, kernel::Alertable alertable) {
  const auto handle =
      reinterpret_cast<kernel::HandleValue>(overlapped.hEvent) & ~kernel::HandleValue{1};
  const auto event = handle != 0 ? kernel::handles().find<kernel::Event>(handle).share()
                                 : kernel::Ref<kernel::Event>{};
  if (!event) return await_any_end(overlapped, deadline, alertable);
  const Awaited awaited = as_awaited(kernel::wait(*event, deadline, alertable));
  if (awaited != Awaited::ended) return awaited;
  return status_in(overlapped) == kPending ? Awaited::still_pending : Awaited::ended;
}

void wake_result_waiters() noexcept {
  if (g_waiting.load() != 0) [[unlikely]]
    any_end().tell();
}

}  // namespace wsalive::winsock

BOOL WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED lpOverlapped, LPDWORD lpcbTransfer,
                            BOOL fWait, LPDWORD lpdwFlags) {
  using namespace wsalive::winsock;
  return guarded_flag([&] {
    return result_call({s, lpOverlapped, lpcbTransfer, fWait, lpdwFlags});
  });
}

namespace wsalive::winsock {

namespace {

/// The operations of a listener that wait for data on their connection are queued there.
template <typename Choose>
std::size_t cancel_moved(const Socket& listener, Channel& channel, Choose choose) noexcept {
  if (!channel.has_moved.load()) return 0;
  const auto handle = static_cast<Handle>(listener.fd());
  std::size_t count = 0;
  Socket::for_each([&](Socket& each) {
    Channel* const other = each.channel.load(std::memory_order_acquire);
    if (!other || other == &channel) return;
    count += other->cancel([&](const Operation& operation) {
      return operation.extra.listener == handle && choose(operation);
    });
  });
  return count;
}

template <typename Choose>
std::size_t cancel(Socket& socket, Choose choose) noexcept {
  Channel* const channel = socket.channel.load(std::memory_order_acquire);
  if (!channel) return 0;
  const auto handle = static_cast<Handle>(socket.fd());
  const auto own = [&](const Operation& operation) {
    const Handle listener = operation.extra.listener;
    return (listener == kInvalidHandle || listener == handle) && choose(operation);
  };
  return channel->cancel(own) + cancel_moved(socket, *channel, choose);
}

void cancel_at_thread_end() noexcept {
  const int thread = own_record().thread;
  Socket::for_each([&](Socket& socket) {
    Channel* const channel = socket.channel.load(std::memory_order_acquire);
    if (!channel) return;
    channel->cancel(
        [&](const Operation& operation) { return operation.starter == thread && !operation.port; });
  });
}

constinit os::ThreadEndWork cancel_own_at_end{.run = cancel_at_thread_end};

}  // namespace

void cancel_own(Socket& socket) noexcept {
  const int thread = own_record().thread;
  cancel(socket, [&](const Operation& operation) { return operation.starter == thread; });
}

std::size_t cancel_any(Socket& socket, const OVERLAPPED* overlapped) noexcept {
  return cancel(socket, [&](const Operation& operation) {
    return !overlapped || operation.notice.overlapped == overlapped;
  });
}

void cancel_accepts_into(const Socket& accepting) noexcept {
  const auto handle = static_cast<Handle>(accepting.fd());
  Socket::for_each([&](Socket& each) {
    Channel* const channel = each.channel.load(std::memory_order_acquire);
    if (!channel || each.phase.load(std::memory_order_relaxed) != Phase::listening) return;
    channel->cancel(
        [&](const Operation& operation) { return operation.extra.accept_socket == handle; });
  });
}

bool end_with_thread() noexcept { return os::run_at_thread_end(cancel_own_at_end); }

}  // namespace wsalive::winsock

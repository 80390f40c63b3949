// Completion ports: handles in, kernel::CompletionPort inside, Windows' answers out.
#include <algorithm>
#include <array>
#include <span>

#include "kernel/completion_port.hpp"
#include "kernel/file.hpp"
#include "win32/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/operation_end.hpp"

namespace wsalive::win32 {
namespace {

using kernel::CompletionPort;
using kernel::Deadline;
using kernel::PortEnd;
using kernel::PortEntry;
using kernel::Ref;

DWORD end_code(PortEnd end) {
  switch (end) {
    case PortEnd::closed:
      return ERROR_ABANDONED_WAIT_0;
    case PortEnd::apcs_ran:
      return WAIT_IO_COMPLETION;
    default:
      return WAIT_TIMEOUT;
  }
}

/// Associates a socket or a file with the port. \return 0, or the code that this fails with.
DWORD associate(HANDLE file, Ref<CompletionPort> port, ULONG_PTR key) {
  if (const auto opened = pinned<kernel::File>(file)) {
    const bool joins = opened->traits().overlapped && opened->associate(std::move(port), key);
    return joins ? 0 : ERROR_INVALID_PARAMETER;
  }
  const winsock::Entered entered{value_of(file)};
  winsock::Socket* const socket = entered.socket();
  if (!socket) return ERROR_INVALID_HANDLE;
  if (!socket->traits().overlapped) return ERROR_INVALID_PARAMETER;
  switch (winsock::Channel::of(*socket).associate(std::move(port), key)) {
    case WsaError::none:
      return 0;
    case WsaError::no_buffers:
      return ERROR_NO_SYSTEM_RESOURCES;
    default:
      return ERROR_INVALID_PARAMETER;
  }
}

/// Associates a file with an open port.
HANDLE join_port(HANDLE file, HANDLE existing, ULONG_PTR key) {
  Ref<CompletionPort> port = pinned<CompletionPort>(existing).share();
  if (!port) return fail<HANDLE>(ERROR_INVALID_HANDLE, nullptr);
  if (const DWORD refused = associate(file, std::move(port), key)) {
    return fail<HANDLE>(refused, nullptr);
  }
  return existing;
}

HANDLE create_port(HANDLE file, ULONG_PTR key, DWORD threads) {
  const Ref<CompletionPort> port = kernel::make<CompletionPort>(threads);
  const HANDLE handle = open_handle(port);
  if (!handle || file == INVALID_HANDLE_VALUE) return handle;
  if (const DWORD refused = associate(file, port, key)) {
    CloseHandle(handle);
    return fail<HANDLE>(refused, nullptr);
  }
  return handle;
}

DWORD take(HANDLE handle, std::span<PortEntry> out, DWORD milliseconds, BOOL alertable,
           std::size_t& count) {
  const Ref<CompletionPort> port = pinned<CompletionPort>(handle).share();
  if (!port) return ERROR_INVALID_HANDLE;
  const auto result = port->take(out, Deadline::after(milliseconds),
                                 alertable ? kernel::Alertable::yes : kernel::Alertable::no);
  count = result.count;
  return result.end == PortEnd::entries ? 0 : end_code(result.end);
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

HANDLE CreateIoCompletionPort(HANDLE FileHandle, HANDLE ExistingCompletionPort,
                              ULONG_PTR CompletionKey, DWORD NumberOfConcurrentThreads) {
  return guarded<HANDLE>(nullptr, [&]() -> HANDLE {
    if (!ExistingCompletionPort) {
      return create_port(FileHandle, CompletionKey, NumberOfConcurrentThreads);
    }
    if (FileHandle == INVALID_HANDLE_VALUE) return fail<HANDLE>(ERROR_INVALID_PARAMETER, nullptr);
    return join_port(FileHandle, ExistingCompletionPort, CompletionKey);
  });
}

BOOL GetQueuedCompletionStatus(HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred,
                               PULONG_PTR lpCompletionKey, LPOVERLAPPED* lpOverlapped,
                               DWORD dwMilliseconds) {
  return guarded(FALSE, [&]() -> BOOL {
    if (!lpNumberOfBytesTransferred || !lpCompletionKey || !lpOverlapped) {
      return fail(ERROR_INVALID_PARAMETER);
    }
    PortEntry entry;
    std::size_t count = 0;
    const DWORD refused = take(CompletionPort, {&entry, 1}, dwMilliseconds, FALSE, count);
    *lpOverlapped = nullptr;
    if (refused) return fail(refused);
    *lpNumberOfBytesTransferred = entry.bytes;
    *lpCompletionKey = entry.key;
    *lpOverlapped = static_cast<LPOVERLAPPED>(entry.overlapped);
    const DWORD code = winsock::win32_error_of(entry.status);
    return code == 0 ? TRUE : fail(code);
  });
}

BOOL GetQueuedCompletionStatusEx(HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries,
                                 ULONG ulCount, PULONG ulNumEntriesRemoved, DWORD dwMilliseconds,
                                 BOOL fAlertable) {
  constexpr std::size_t kMost = 256;
  return guarded(FALSE, [&]() -> BOOL {
    if (!lpCompletionPortEntries || !ulNumEntriesRemoved || ulCount == 0) {
      return fail(ERROR_INVALID_PARAMETER);
    }
    std::array<PortEntry, kMost> entries;  // Not cleared.
    std::size_t count = 0;
    const DWORD refused =
        take(CompletionPort, std::span{entries}.first(std::min<std::size_t>(ulCount, kMost)),
             dwMilliseconds, fAlertable, count);
    *ulNumEntriesRemoved = static_cast<ULONG>(count);
    if (refused) return fail(refused);
    for (std::size_t at = 0; at < count; ++at) {
      const PortEntry& entry = entries[at];
      lpCompletionPortEntries[at] = {entry.key, static_cast<LPOVERLAPPED>(entry.overlapped),
                                     entry.status, entry.bytes};
    }
    return TRUE;
  });
}

BOOL PostQueuedCompletionStatus(HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred,
                                ULONG_PTR dwCompletionKey, LPOVERLAPPED lpOverlapped) {
  return guarded(FALSE, [&]() -> BOOL {
    const auto port = pinned<kernel::CompletionPort>(CompletionPort);
    if (!port) return fail(ERROR_INVALID_HANDLE);
    port->post(
        *new kernel::PostedPacket{{dwCompletionKey, lpOverlapped, dwNumberOfBytesTransferred, 0}});
    return TRUE;
  });
}

// The ends of overlapped operations, and cancelling them. Only sockets have operations that wait.
#include "kernel/file.hpp"
#include "kernel/wait.hpp"
#include "win32/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/operation_end.hpp"

namespace wsalive::win32 {
namespace {

using kernel::Deadline;
using winsock::Awaited;
using winsock::Entered;

DWORD refusal_of(Awaited awaited, DWORD milliseconds) {
  switch (awaited) {
    case Awaited::timed_out:
      return milliseconds == 0 ? ERROR_IO_INCOMPLETE : WAIT_TIMEOUT;
    case Awaited::apcs_ran:
      return WAIT_IO_COMPLETION;
    default:
      return ERROR_IO_INCOMPLETE;
  }
}

/// No operation on a file is ever pending.
bool is_file(HANDLE file) { return static_cast<bool>(pinned<kernel::File>(file)); }
bool names_socket(HANDLE file) { return Entered{value_of(file)}.socket() != nullptr; }

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

BOOL GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                         LPDWORD lpNumberOfBytesTransferred, BOOL bWait) {
  return GetOverlappedResultEx(hFile, lpOverlapped, lpNumberOfBytesTransferred,
                               bWait ? INFINITE : 0, FALSE);
}

BOOL GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                           LPDWORD lpNumberOfBytesTransferred, DWORD dwMilliseconds,
                           BOOL bAlertable) {
  return guarded(FALSE, [&]() -> BOOL {
    if (!lpOverlapped || !lpNumberOfBytesTransferred) return fail(ERROR_INVALID_PARAMETER);
    winsock::NtStatus status = winsock::status_in(*lpOverlapped);
    if (status == winsock::kPending) {
      if (!names_socket(hFile)) return fail(ERROR_INVALID_HANDLE);
      if (dwMilliseconds == 0) return fail(ERROR_IO_INCOMPLETE);
      const auto alertable = bAlertable ? kernel::Alertable::yes : kernel::Alertable::no;
      const Awaited awaited =
          winsock::await_end(*lpOverlapped, Deadline::after(dwMilliseconds), alertable);
      if (awaited != Awaited::ended) return fail(refusal_of(awaited, dwMilliseconds));
      status = winsock::status_in(*lpOverlapped);
    }
    *lpNumberOfBytesTransferred = static_cast<DWORD>(lpOverlapped->InternalHigh);
    const DWORD code = winsock::win32_error_of(status);
    return code == 0 ? TRUE : fail(code);
  });
}

BOOL CancelIo(HANDLE hFile) {
  if (is_file(hFile)) return TRUE;
  const Entered entered{value_of(hFile)};
  if (!entered.socket()) return fail(ERROR_INVALID_HANDLE);
  winsock::cancel_own(*entered.socket());
  return TRUE;
}

BOOL CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped) {
  if (is_file(hFile)) return fail(ERROR_NOT_FOUND);
  const Entered entered{value_of(hFile)};
  if (!entered.socket()) return fail(ERROR_INVALID_HANDLE);
  return succeed_if(winsock::cancel_any(*entered.socket(), lpOverlapped) != 0, ERROR_NOT_FOUND);
}

BOOL SetFileCompletionNotificationModes(HANDLE FileHandle, UCHAR Flags) {
  constexpr UCHAR kKnown = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE;
  static_assert(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS == winsock::kSkipPortOnSuccess);
  if ((Flags & ~kKnown) != 0 && is_file(FileHandle)) return fail(ERROR_INVALID_PARAMETER);
  if (const auto file = pinned<kernel::File>(FileHandle)) {
    file->add_modes(Flags);
    return TRUE;
  }
  const Entered entered{value_of(FileHandle)};
  if (!entered.socket()) return fail(ERROR_INVALID_HANDLE);
  if ((Flags & ~kKnown) != 0) return fail(ERROR_INVALID_PARAMETER);
  return guarded(FALSE, [&]() -> BOOL {
    winsock::Channel::of(*entered.socket()).add_modes(Flags);
    return TRUE;
  });
}

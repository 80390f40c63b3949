// ReadFileEx and WriteFileEx: the end of the operation is a call of a routine, in an alertable wait of the thread that
// began it. On a file the octets have moved before the function returns, and the routine is queued.
#include <memory>

#include "kernel/file.hpp"
#include "kernel/thread.hpp"
#include "win32/call.hpp"
#include "win32/io/file_calls.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/result.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::win32 {
namespace {

using kernel::File;

/// The routine of one operation on a file, which frees itself.
struct FileCall : kernel::Apc {
  FileCall(LPOVERLAPPED_COMPLETION_ROUTINE function, OVERLAPPED* of)
      : routine(function), overlapped(of) {
    run = [](Apc& apc) {
      const std::unique_ptr<FileCall> self{static_cast<FileCall*>(&apc)};
      self->routine(0, self->bytes, self->overlapped);
    };
    discard = [](Apc& apc) { delete static_cast<FileCall*>(&apc); };
  }
  LPOVERLAPPED_COMPLETION_ROUTINE routine;
  OVERLAPPED* overlapped;
  DWORD bytes = 0;
};

/// A success says so in the last error, where Microsoft puts warnings.
BOOL succeed() noexcept {
  kernel::set_last_error(ERROR_SUCCESS);
  return TRUE;
}

BOOL on_file(File& file, const Octets& octets, LPOVERLAPPED_COMPLETION_ROUTINE routine, Way way) {
  if (!file.may(way == Way::read ? kernel::kReads : kernel::kWrites)) {
    return fail(ERROR_ACCESS_DENIED);
  }
  if (!file.traits().overlapped || file.listener().port) return fail(ERROR_INVALID_PARAMETER);
  auto call = std::make_unique<FileCall>(routine, octets.overlapped);
  kernel::Thread& thread = kernel::current_thread();
  const Ended ended = move_octets(file, octets, way);
  const auto status = winsock::status_of(static_cast<WsaError>(ended.code));
  winsock::write_end(*octets.overlapped, {status, ended.bytes});
  if (ended.code != 0) return fail(ended.code);
  call->bytes = ended.bytes;
  if (thread.queue_apc(*call)) static_cast<void>(call.release());
  return succeed();
}

WsaError start(winsock::Socket& socket, const Octets& octets, const winsock::Notice& notice,
               Way way) {
  const WSABUF buffer{octets.size, static_cast<char*>(octets.buffer)};
  std::uint32_t bytes = 0;
  if (way == Way::write) {
    return winsock::start_send(socket, {.buffers = &buffer, .count = 1, .flags = 0}, notice, bytes);
  }
  const winsock::Enabling enabling{socket, FD_READ | FD_OOB};
  return winsock::start_receive(socket, {.buffers = &buffer, .count = 1, .flags = 0}, notice,
                                bytes);
}

BOOL on_socket(winsock::Socket& socket, const Octets& octets,
               LPOVERLAPPED_COMPLETION_ROUTINE routine, Way way) {
  if (const WsaError refusal = winsock::runtime().refusal(); refusal != WsaError::none) {
    return fail(code_of_socket(static_cast<int>(refusal)));
  }
  if (!socket.traits().overlapped) return fail(ERROR_INVALID_PARAMETER);
  const WsaError answer =
      start(socket, octets, {.overlapped = octets.overlapped, .file_routine = routine}, way);
  const bool began = answer == WsaError::none || answer == WsaError::io_pending;
  return began ? succeed() : fail(code_of_socket(static_cast<int>(answer)));
}

BOOL run(HANDLE handle, const Octets& octets, LPOVERLAPPED_COMPLETION_ROUTINE routine, Way way) {
  if (!octets.overlapped || !routine) return fail(ERROR_INVALID_PARAMETER);
  return guarded(FALSE, [&]() -> BOOL {
    const winsock::Entered entered{value_of(handle)};
    if (entered.socket()) return on_socket(*entered.socket(), octets, routine, way);
    const auto file = pinned<File>(handle);
    return file ? on_file(*file, octets, routine, way) : fail(ERROR_INVALID_HANDLE);
  });
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

BOOL ReadFileEx(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
                LPOVERLAPPED lpOverlapped, LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  return run(hFile, {lpBuffer, nNumberOfBytesToRead, lpOverlapped}, lpCompletionRoutine, Way::read);
}

BOOL WriteFileEx(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
                 LPOVERLAPPED lpOverlapped, LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  return run(hFile, {const_cast<void*>(lpBuffer), nNumberOfBytesToWrite, lpOverlapped},
             lpCompletionRoutine, Way::write);
}

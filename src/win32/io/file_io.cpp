// ReadFile and WriteFile. On sockets they are WSARecv and WSASend with Win32's codes. On files an
// overlapped operation ends within the call, and its end is reported as of one that was pending: Linux has no disk reads
// that wait in the background, and Windows answers in the same way if its cache has the data.

#include <memory>

#include "kernel/file.hpp"
#include "kernel/sync_objects.hpp"
#include "kernel/thread.hpp"
#include "win32/call.hpp"
#include "win32/io/file_calls.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/operation_end.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/runtime.hpp"
#include "winsock2.h"

namespace wsalive::win32 {
namespace {

using kernel::File;

/// A ReadFile or WriteFile as the program made it.
struct Request {
  HANDLE handle;
  Octets octets;
  DWORD* moved;
};

BOOL on_socket(const Request& request, Way way) {
  if (!request.moved && !request.octets.overlapped) return fail(ERROR_INVALID_PARAMETER);
  WSABUF buffer{request.octets.size, static_cast<char*>(request.octets.buffer)};
  const SOCKET socket = value_of(request.handle);
  DWORD bytes = 0, flags = 0;
  const int result =
      way == Way::read
          ? WSARecv(socket, &buffer, 1, &bytes, &flags, request.octets.overlapped, nullptr)
          : WSASend(socket, &buffer, 1, &bytes, 0, request.octets.overlapped, nullptr);
  if (request.moved) *request.moved = bytes;
  if (result == 0) return TRUE;
  const int error = WSAGetLastError();
  return fail(error == WSA_IO_PENDING ? DWORD{ERROR_IO_PENDING} : code_of_socket(error));
}

/// Reports an overlapped operation's end. Made before the operation, so that reporting cannot fail.
class EndReport {
 public:
  /// \return 0 or why the operation cannot begin. Throws std::bad_alloc.
  DWORD prepare(File& file, OVERLAPPED& overlapped) {
    constexpr kernel::HandleValue kNoPacket = 1;  // The low bit of hEvent.
    const kernel::HandleValue handle = value_of(overlapped.hEvent);
    overlapped_ = &overlapped;
    if ((handle & ~kNoPacket) != 0) {
      event_ = kernel::handles().find<kernel::Event>(handle & ~kNoPacket).share();
      if (!event_) return ERROR_INVALID_HANDLE;
      event_->clear();
    }
    association_ = file.association();
    if (association_.port && (handle & kNoPacket) == 0) {
      packet_ = std::make_unique<kernel::PostedPacket>(
          kernel::PortEntry{.key = association_.key, .overlapped = &overlapped});
    }
    return 0;
  }

  /// A failure is only the call's own answer, and is not reported.
  void report(const Ended& ended) {
    const auto status = winsock::status_of(static_cast<WsaError>(ended.code));
    winsock::write_end(*overlapped_, {status, ended.bytes});
    if (ended.code != 0) return;
    if (event_ && (association_.modes & winsock::kSkipEvent) == 0) event_->set();
    if (!packet_ || (association_.modes & winsock::kSkipPortOnSuccess) != 0) return;
    packet_->entry.bytes = ended.bytes;
    association_.port->post(*packet_.release());
  }

 private:
  OVERLAPPED* overlapped_ = nullptr;
  kernel::Ref<kernel::Event> event_;
  File::Association association_;
  std::unique_ptr<kernel::PostedPacket> packet_;
};

BOOL on_file(File& file, const Request& request, Way way) {
  if (request.moved) *request.moved = 0;
  if (!file.may(way == Way::read ? kernel::kReads : kernel::kWrites)) {
    return fail(ERROR_ACCESS_DENIED);
  }
  const bool complete = request.octets.overlapped || (request.moved && !file.traits().overlapped);
  if (!complete) return fail(ERROR_INVALID_PARAMETER);
  EndReport ending;
  if (request.octets.overlapped) {
    if (const DWORD bad = ending.prepare(file, *request.octets.overlapped)) return fail(bad);
  }
  const Ended ended = move_octets(file, request.octets, way);
  if (request.moved) *request.moved = ended.bytes;
  if (request.octets.overlapped) ending.report(ended);
  return ended.code == 0 ? TRUE : fail(ended.code);
}

BOOL run(const Request& request, Way way) {
  return guarded(FALSE, [&]() -> BOOL {
    if (winsock::Socket::find(value_of(request.handle))) return on_socket(request, way);
    const auto file = pinned<File>(request.handle);
    return file ? on_file(*file, request, way) : fail(ERROR_INVALID_HANDLE);
  });
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

BOOL ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
              LPDWORD lpNumberOfBytesRead, LPOVERLAPPED lpOverlapped) {
  return run({hFile, {lpBuffer, nNumberOfBytesToRead, lpOverlapped}, lpNumberOfBytesRead},
             Way::read);
}

BOOL WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
               LPDWORD lpNumberOfBytesWritten, LPOVERLAPPED lpOverlapped) {
  return run({hFile,
              {const_cast<void*>(lpBuffer), nNumberOfBytesToWrite, lpOverlapped},
              lpNumberOfBytesWritten},
             Way::write);
}

// ReadFileEx and WriteFileEx: at the operation's end, a routine is called in an alertable wait of the thread that
// began it. On a file the octets have moved before the function returns, and the routine is queued then.

namespace wsalive::win32 {
namespace {

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

/// A success clears the last error, in which Microsoft returns warnings.
BOOL succeed() noexcept {
  kernel::set_last_error(ERROR_SUCCESS);
  return TRUE;
}

BOOL on_file(File& file, const Octets& octets, LPOVERLAPPED_COMPLETION_ROUTINE routine, Way way) {
  if (!file.may(way == Way::read ? kernel::kReads : kernel::kWrites)) {
    return fail(ERROR_ACCESS_DENIED);
  }
  if (!file.traits().overlapped || file.association().port) return fail(ERROR_INVALID_PARAMETER);
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

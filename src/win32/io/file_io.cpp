// ReadFile and WriteFile. On sockets they are WSARecv and WSASend with Win32's codes. On files an
// overlapped operation ends within the call, and is reported as one that was pending: Linux has no disk reads that
// wait elsewhere, and Windows answers so too where its cache has the data.
#include <memory>

#include "kernel/file.hpp"
#include "kernel/sync_objects.hpp"
#include "win32/call.hpp"
#include "win32/io/file_calls.hpp"
#include "win32/io/posted_packet.hpp"
#include "winsock/entered.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/result.hpp"
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

/// How an overlapped operation's end is reported. Made before the operation, so that the end cannot fail.
class Ending {
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
    listener_ = file.listener();
    if (listener_.port && (handle & kNoPacket) == 0) {
      packet_ = std::make_unique<PostedPacket>(
          kernel::PortEntry{.key = listener_.key, .overlapped = &overlapped});
    }
    return 0;
  }

  /// A failure is the call's own answer alone.
  void tell(const Ended& ended) {
    const auto status = winsock::status_of(static_cast<WsaError>(ended.code));
    winsock::write_end(*overlapped_, {status, ended.bytes});
    if (ended.code != 0) return;
    if (event_ && (listener_.modes & winsock::kSkipEvent) == 0) event_->set();
    if (!packet_ || (listener_.modes & winsock::kSkipPortOnSuccess) != 0) return;
    packet_->entry.bytes = ended.bytes;
    listener_.port->post(*packet_.release());
  }

 private:
  OVERLAPPED* overlapped_ = nullptr;
  kernel::Ref<kernel::Event> event_;
  File::Listener listener_;
  std::unique_ptr<PostedPacket> packet_;
};

BOOL on_file(File& file, const Request& request, Way way) {
  if (request.moved) *request.moved = 0;
  if (!file.may(way == Way::read ? kernel::kReads : kernel::kWrites)) {
    return fail(ERROR_ACCESS_DENIED);
  }
  const bool complete = request.octets.overlapped || (request.moved && !file.traits().overlapped);
  if (!complete) return fail(ERROR_INVALID_PARAMETER);
  Ending ending;
  if (request.octets.overlapped) {
    if (const DWORD bad = ending.prepare(file, *request.octets.overlapped)) return fail(bad);
  }
  const Ended ended = move_octets(file, request.octets, way);
  if (request.moved) *request.moved = ended.bytes;
  if (request.octets.overlapped) ending.tell(ended);
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
